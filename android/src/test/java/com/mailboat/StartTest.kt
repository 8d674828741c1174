package com.mailboat

import android.Manifest
import android.app.Application
import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.content.Context
import android.os.Bundle
import java.io.File
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadow.api.Shadow

/** From a process's start to a job's end, with libmailboat.so of this machine. */
@RunWith(RobolectricTestRunner::class)
class StartTest {
    private val application: Application = RuntimeEnvironment.getApplication()
    private val scheduler = application.getSystemService(Context.JOB_SCHEDULER_SERVICE) as JobScheduler

    private fun enableBackground(enabled: Boolean) {
        val info = shadowOf(application.packageManager).getInternalMutablePackageInfo(application.packageName)
        info.applicationInfo!!.metaData = Bundle().apply { putBoolean(BackgroundSync.META_DATA, enabled) }
    }

    private fun startProcess() {
        Robolectric.setupContentProvider(MailboatInitializer::class.java)
    }

    @Test
    fun theLibraryRegistersItsModuleWithReactNative() {
        assertTrue("libmailboat.so is loaded", MailboatNative.isLoaded)
        assertEquals("Mailboat", ModuleMap.nameOfModule("Mailboat"))
        assertNull(ModuleMap.nameOfModule("Rowboat"))
    }

    @Test
    fun aProcessStartMakesTheFolderOutsideBackups() {
        startProcess()
        assertTrue(File(application.noBackupFilesDir, "mailboat").isDirectory)
    }

    @Test
    fun aSyncWithNothingToSyncAnswers() {
        startProcess()
        val report = MailboatNative.sync(budgetMs = 1_000)
        assertEquals(listOf(0L, 0L, 0L), listOf(report.sent, report.received, report.left))
        MailboatNative.stopSync()
    }

    @Test
    fun withoutTheMetaDataThereIsNoJob() {
        startProcess()
        assertTrue(scheduler.allPendingJobs.isEmpty())
    }

    @Test
    fun withItThereIsOnePeriodicJobThatWantsANetwork() {
        enableBackground(true)
        startProcess()
        startProcess()
        val job = scheduler.allPendingJobs.single()
        assertEquals(MailboatJobService::class.java.name, job.service.className)
        assertTrue(job.isPeriodic)
        assertEquals("not without its permission", false, job.isPersisted)
        @Suppress("DEPRECATION")
        assertEquals(JobInfo.NETWORK_TYPE_ANY, job.networkType)

        shadowOf(application).grantPermissions(Manifest.permission.RECEIVE_BOOT_COMPLETED)
        startProcess()
        assertTrue(scheduler.allPendingJobs.single().isPersisted)

        enableBackground(false)
        startProcess()
        assertTrue("an update that no longer wants it", scheduler.allPendingJobs.isEmpty())
    }

    @Test
    fun aJobSyncsOnAThreadOfItsOwnAndThenSaysThatItIsOver() {
        startProcess()
        val service = Robolectric.setupService(MailboatJobService::class.java)
        val run = Shadow.newInstanceOf(JobParameters::class.java)
        assertTrue("it goes on after the call", service.onStartJob(run))
        val workers = Thread.getAllStackTraces().keys.filter { it.name == MailboatJobService.THREAD }
        workers.forEach { it.join() }
        assertTrue(shadowOf(service).isJobFinished)
        assertEquals("nothing is left to do", false, shadowOf(service).isRescheduleNeeded)
        assertTrue("after a stop, the next period", service.onStopJob(run))
    }

    @Test
    fun onlyARunThatHadTooLittleTimeIsRepeated() {
        fun after(end: Int) = SyncReport.of(longArrayOf(end.toLong(), 3, 2, 1))
        assertEquals(SyncReport(SyncEnd.BUDGET, sent = 3, received = 2, left = 1), after(1))
        assertEquals(listOf(SyncEnd.BUDGET), (0..7).map(::after).filter { it.wantsMoreTime }.map { it.end })
        assertEquals("of a newer library", SyncEnd.FAILED, after(99).end)
    }
}
