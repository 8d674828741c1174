package com.mailboat

/** Whether the app is in front: MailboatAppState of cpp/MailboatPlatform.h. */
internal enum class AppState(val number: Int) {
    FOREGROUND(0),
    BACKGROUND(1),
}

/**
 * Decides from activities that start and stop whether the app is in front. A rotation stops an
 * activity and starts another: so behind is only who has shown nothing for [SETTLE_MS].
 * Not thread-safe: all calls on one thread.
 *
 * [later] runs what it is given after so many milliseconds, on that thread.
 */
internal class ActivityCount(
    private val later: (delayMs: Long, run: () -> Unit) -> Unit,
    private val tell: (AppState) -> Unit,
) {
    private var started = 0
    private var stops = 0
    private var told: AppState? = null

    /** A process begins with nothing to show; one that a job started stays so. */
    fun begin() = say(AppState.BACKGROUND)

    fun onStart() {
        started++
        say(AppState.FOREGROUND)
    }

    fun onStop() {
        started--
        if (started > 0) return
        val thisStop = ++stops
        later(SETTLE_MS) { if (started == 0 && stops == thisStop) say(AppState.BACKGROUND) }
    }

    private fun say(state: AppState) {
        if (state == told) return
        told = state
        tell(state)
    }

    companion object {
        /** Long enough for a slow phone to turn its screen. */
        const val SETTLE_MS = 700L
    }
}
