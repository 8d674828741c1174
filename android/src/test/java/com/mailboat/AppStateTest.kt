package com.mailboat

import android.app.Activity
import android.os.Looper
import java.time.Duration
import org.junit.Assert.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

@RunWith(RobolectricTestRunner::class)
class AppStateTest {
    private val heard = mutableListOf<AppState>()

    private fun start() = AppStateMonitor(RuntimeEnvironment.getApplication()) { heard += it }.start()

    /** Lets the main thread's clock go on. */
    private fun pass(ms: Long) = shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(ms))

    @Test
    fun aProcessWithoutActivitiesIsBehind() {
        start()
        assertEquals(listOf(AppState.BACKGROUND), heard)
    }

    @Test
    fun inFrontWhileAnActivityIsStarted() {
        start()
        val activity = Robolectric.buildActivity(Activity::class.java).setup()
        assertEquals(listOf(AppState.BACKGROUND, AppState.FOREGROUND), heard)
        activity.pause().stop()
        pass(ActivityCount.SETTLE_MS - 1)
        assertEquals(AppState.FOREGROUND, heard.last())
        pass(1)
        assertEquals(listOf(AppState.BACKGROUND, AppState.FOREGROUND, AppState.BACKGROUND), heard)
    }

    @Test
    fun aRotationIsNoLeaving() {
        start()
        val activity = Robolectric.buildActivity(Activity::class.java).setup()
        activity.recreate()
        pass(10 * ActivityCount.SETTLE_MS)
        assertEquals(listOf(AppState.BACKGROUND, AppState.FOREGROUND), heard)
        activity.pause().stop()
        pass(ActivityCount.SETTLE_MS)
        assertEquals(AppState.BACKGROUND, heard.last())
    }

    @Test
    fun backAgainBeforeItHasSettledAndThenAway() {
        start()
        val activity = Robolectric.buildActivity(Activity::class.java).setup()
        activity.pause().stop()
        pass(ActivityCount.SETTLE_MS / 2)
        activity.restart().resume()
        activity.pause().stop()
        pass(ActivityCount.SETTLE_MS / 2)
        assertEquals("the first leaving's time is over, the second's is not", AppState.FOREGROUND, heard.last())
        pass(ActivityCount.SETTLE_MS)
        assertEquals(AppState.BACKGROUND, heard.last())
    }
}
