package com.mailboat

import android.Manifest
import android.app.job.JobInfo
import android.app.job.JobScheduler
import android.content.ComponentName
import android.content.Context
import android.content.pm.PackageManager
import android.os.Build
import android.util.Log

/**
 * The job that syncs now and then while the app is closed. It exists in apps whose manifest has
 *
 *     <meta-data android:name="com.mailboat.background" android:value="true" />
 *
 * which the config plugin writes for `background: true`. What the job may do is still the
 * engine's to say: it opens only files that were opened with `background`.
 */
internal object BackgroundSync {
    const val META_DATA = "com.mailboat.background"

    /** What one run may take. Android allows minutes; a phone in a pocket is due less. */
    const val BUDGET_MS = 25_000

    /** The least that Android keeps to. It decides itself when in a period it runs the job. */
    private const val PERIOD_MS = 15L * 60 * 1000

    /** An app's jobs share their numbers: this one spells "mail". */
    private const val JOB = 0x6d61696c

    /** Makes the system know of the job, or forget it, as the manifest says. */
    fun update(context: Context) {
        val scheduler = context.getSystemService(JobScheduler::class.java) ?: return
        val pending = scheduler.getPendingJob(JOB)
        if (!isEnabled(context)) {
            if (pending != null) scheduler.cancel(JOB)
            return
        }
        val wanted = job(context)
        // To schedule it once more would begin its period anew, at each start of the app.
        if (pending != null && isSame(pending, wanted)) return
        if (scheduler.schedule(wanted) != JobScheduler.RESULT_SUCCESS) {
            Log.w(MailboatNative.TAG, "The system refuses the job of the background sync.")
        }
    }

    private fun job(context: Context): JobInfo =
        JobInfo.Builder(JOB, ComponentName(context, MailboatJobService::class.java))
            .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
            .setPeriodic(PERIOD_MS)
            // Without the permission, asking for it throws.
            .setPersisted(maySurviveRestart(context))
            .build()

    private fun isSame(pending: JobInfo, wanted: JobInfo): Boolean =
        pending.service == wanted.service &&
            pending.intervalMillis == wanted.intervalMillis &&
            pending.isPersisted == wanted.isPersisted

    private fun maySurviveRestart(context: Context): Boolean =
        context.checkSelfPermission(Manifest.permission.RECEIVE_BOOT_COMPLETED) ==
            PackageManager.PERMISSION_GRANTED

    private fun isEnabled(context: Context): Boolean {
        val packages = context.packageManager
        val info = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
            val flags = PackageManager.ApplicationInfoFlags.of(PackageManager.GET_META_DATA.toLong())
            packages.getApplicationInfo(context.packageName, flags)
        } else {
            packages.getApplicationInfo(context.packageName, PackageManager.GET_META_DATA)
        }
        return info.metaData?.getBoolean(META_DATA, false) == true
    }
}
