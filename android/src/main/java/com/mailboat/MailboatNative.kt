package com.mailboat

import android.util.Log

/** The way into libmailboat.so. Its functions may be called on any thread, once [isLoaded]. */
internal object MailboatNative {
    const val TAG = "Mailboat"

    /**
     * Whether the library is in the process. It is not in an app's unit tests on a desktop's
     * Java, and on a device whose ABI the app has left out: neither may end the process here.
     * JavaScript then finds no native module and says so.
     */
    val isLoaded: Boolean = try {
        System.loadLibrary("mailboat")
        true
    } catch (error: UnsatisfiedLinkError) {
        Log.e(TAG, "libmailboat.so cannot be loaded; Mailboat does nothing in this process.", error)
        false
    }

    fun setDatabaseFolder(folder: String) = setDatabaseFolder(folder.encodeToByteArray())

    fun tell(network: NetworkFacts) =
        setNetwork(network.kind.number, network.metered.number, network.validated.number)

    fun tell(state: AppState) = setAppState(state.number)

    fun tell(power: Power) = setPower(power.number)

    /** Blocks until nothing may go now or [budgetMs] milliseconds are over. */
    fun sync(budgetMs: Int): SyncReport = SyncReport.of(syncOnce(budgetMs))

    /** Makes a running [sync] return soon. */
    @JvmStatic
    external fun stopSync()

    @JvmStatic
    private external fun setDatabaseFolder(folderInUtf8: ByteArray)

    @JvmStatic
    private external fun setNetwork(kind: Int, metered: Int, validated: Int)

    @JvmStatic
    private external fun setAppState(state: Int)

    @JvmStatic
    private external fun setPower(power: Int)

    @JvmStatic
    private external fun syncOnce(budgetMs: Int): LongArray
}
