package com.mailboat

/** Why a sync without JavaScript ended: MailboatSyncEnd of cpp/MailboatPlatform.h. */
internal enum class SyncEnd(val number: Int) {
    DONE(0),
    BUDGET(1),
    WAITING(2),
    UNAUTHORIZED(3),
    NOT_ENABLED(4),
    FAILED(5),
    STOPPED(6),
}

/** What a sync without JavaScript did. */
internal data class SyncReport(val end: SyncEnd, val sent: Long, val received: Long, val left: Long) {
    /**
     * Whether the system should run the job again before its next period: only when time was
     * short. What waits for a network or an attempt's hour is not helped by trying at once.
     */
    val wantsMoreTime: Boolean
        get() = end == SyncEnd.BUDGET

    companion object {
        /** Reads what libmailboat.so answers. */
        fun of(answer: LongArray): SyncReport {
            val end = SyncEnd.entries.find { it.number.toLong() == answer[0] } ?: SyncEnd.FAILED
            return SyncReport(end, sent = answer[1], received = answer[2], left = answer[3])
        }
    }
}
