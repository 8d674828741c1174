package com.mailboat

import android.app.job.JobParameters
import android.app.job.JobService
import android.util.Log
import kotlin.concurrent.thread

/** One run of the background sync. No JavaScript is started for it. */
internal class MailboatJobService : JobService() {
    @Volatile
    private var stopped = false

    /** On the main thread, which the work must leave at once. */
    override fun onStartJob(params: JobParameters): Boolean {
        if (!MailboatNative.isLoaded) return false
        stopped = false
        thread(name = THREAD) { work(params) }
        return true
    }

    /**
     * The system takes the run back: the network has gone, or others need the phone. Should it
     * come in the moment before the sync begins, the budget ends the sync.
     */
    override fun onStopJob(params: JobParameters): Boolean {
        stopped = true
        MailboatNative.stopSync()
        return true
    }

    private fun work(params: JobParameters) {
        if (stopped) return
        val report = MailboatNative.sync(BackgroundSync.BUDGET_MS)
        Log.i(MailboatNative.TAG, "Background sync: $report")
        if (!stopped) jobFinished(params, report.wantsMoreTime)
    }

    companion object {
        const val THREAD = "mailboat-background"
    }
}
