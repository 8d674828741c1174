package com.mailboat

import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import android.os.Build
import android.util.Log

/**
 * Follows the network that the app's sockets go over, and calls [tell] with each change of
 * what the engine wants to know of it. [tell] may be called on any thread, one call at a time.
 */
internal class NetworkMonitor(
    private val connectivity: ConnectivityManager,
    private val tell: (NetworkFacts) -> Unit,
) : ConnectivityManager.NetworkCallback() {
    private var capabilities: NetworkCapabilities? = null
    private var blocked = false
    private var told: NetworkFacts? = null

    /** Tells what there is now, and from here on what changes. */
    fun start() {
        try {
            see(connectivity.activeNetwork?.let(connectivity::getNetworkCapabilities))
            connectivity.registerDefaultNetworkCallback(this)
        } catch (error: RuntimeException) {
            // Some builds of Android 11 refuse it now and then, and an app may have used up its
            // callbacks. The engine knows what to do without a word on the network.
            Log.w(MailboatNative.TAG, "The network cannot be watched.", error)
            say(NetworkFacts.UNKNOWN)
        }
    }

    override fun onAvailable(network: Network) {
        synchronized(this) { blocked = false }
        // Later versions call onCapabilitiesChanged right after this.
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.O) see(connectivity.getNetworkCapabilities(network))
    }

    override fun onCapabilitiesChanged(network: Network, networkCapabilities: NetworkCapabilities) =
        see(networkCapabilities)

    override fun onBlockedStatusChanged(network: Network, blocked: Boolean) = synchronized(this) {
        this.blocked = blocked
        say(NetworkFacts.of(capabilities, blocked))
    }

    override fun onLost(network: Network) = see(null)

    private fun see(now: NetworkCapabilities?) = synchronized(this) {
        capabilities = now
        say(NetworkFacts.of(now, blocked))
    }

    /** Signal strength changes all the time, and is none of these facts. */
    private fun say(facts: NetworkFacts) = synchronized(this) {
        if (facts != told) {
            told = facts
            tell(facts)
        }
    }
}
