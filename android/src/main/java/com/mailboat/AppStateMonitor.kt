package com.mailboat

import android.app.Activity
import android.app.Application
import android.os.Bundle
import android.os.Handler
import android.os.Looper

/** Follows the app's activities, and calls [tell] with each change, on the main thread. */
internal class AppStateMonitor(
    private val application: Application,
    tell: (AppState) -> Unit,
) : Application.ActivityLifecycleCallbacks {
    private val handler = Handler(Looper.getMainLooper())
    private val activities = ActivityCount({ delayMs, run -> handler.postDelayed(run, delayMs) }, tell)

    /** To be called before the first activity starts. */
    fun start() {
        activities.begin()
        application.registerActivityLifecycleCallbacks(this)
    }

    override fun onActivityStarted(activity: Activity) = activities.onStart()

    override fun onActivityStopped(activity: Activity) = activities.onStop()

    override fun onActivityCreated(activity: Activity, savedInstanceState: Bundle?) = Unit

    override fun onActivityResumed(activity: Activity) = Unit

    override fun onActivityPaused(activity: Activity) = Unit

    override fun onActivitySaveInstanceState(activity: Activity, outState: Bundle) = Unit

    override fun onActivityDestroyed(activity: Activity) = Unit
}
