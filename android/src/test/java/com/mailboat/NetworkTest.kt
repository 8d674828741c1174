package com.mailboat

import android.content.Context
import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import android.os.Build
import org.junit.Assert.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowNetwork
import org.robolectric.shadows.ShadowNetworkCapabilities

@RunWith(RobolectricTestRunner::class)
class NetworkTest {
    private val connectivity =
        RuntimeEnvironment.getApplication().getSystemService(Context.CONNECTIVITY_SERVICE) as ConnectivityManager
    private val network: Network = ShadowNetwork.newInstance(1)
    private val heard = mutableListOf<NetworkFacts>()
    private val monitor = NetworkMonitor(connectivity) { heard += it }

    private fun capabilities(transport: Int, vararg has: Int): NetworkCapabilities {
        val made = ShadowNetworkCapabilities.newInstance()
        // A new one has what most networks have; each test says itself what there is.
        for (capability in 0..MOST_CAPABILITIES) shadowOf(made).removeCapability(capability)
        shadowOf(made).addTransportType(transport)
        for (capability in has) shadowOf(made).addCapability(capability)
        return made
    }

    private val homeWifi = capabilities(NetworkCapabilities.TRANSPORT_WIFI, INTERNET, VALIDATED, NOT_METERED)
    private val mobile = capabilities(NetworkCapabilities.TRANSPORT_CELLULAR, INTERNET, VALIDATED)

    /** What is registered with the system's ConnectivityManager, in its words. */
    private fun callbacks() = shadowOf(connectivity).networkCallbacks

    @Test
    fun kindsOfNetworks() {
        fun kind(transport: Int) = NetworkFacts.of(capabilities(transport, INTERNET), blocked = false).kind
        assertEquals(NetworkKind.WIFI, kind(NetworkCapabilities.TRANSPORT_WIFI))
        assertEquals(NetworkKind.CELLULAR, kind(NetworkCapabilities.TRANSPORT_CELLULAR))
        assertEquals(NetworkKind.ETHERNET, kind(NetworkCapabilities.TRANSPORT_ETHERNET))
        assertEquals(NetworkKind.OTHER, kind(NetworkCapabilities.TRANSPORT_BLUETOOTH))
        val overMobile = capabilities(NetworkCapabilities.TRANSPORT_VPN, INTERNET)
        shadowOf(overMobile).addTransportType(NetworkCapabilities.TRANSPORT_CELLULAR)
        assertEquals(NetworkKind.CELLULAR, NetworkFacts.of(overMobile, blocked = false).kind)
    }

    @Test
    fun meteredAndValidated() {
        assertEquals(
            NetworkFacts(NetworkKind.WIFI, metered = Answer.NO, validated = Answer.YES),
            NetworkFacts.of(homeWifi, blocked = false),
        )
        assertEquals(
            NetworkFacts(NetworkKind.CELLULAR, metered = Answer.YES, validated = Answer.YES),
            NetworkFacts.of(mobile, blocked = false),
        )
        val hotel = capabilities(NetworkCapabilities.TRANSPORT_WIFI, INTERNET, NOT_METERED)
        assertEquals(Answer.NO, NetworkFacts.of(hotel, blocked = false).validated)
        val printer = capabilities(NetworkCapabilities.TRANSPORT_WIFI, VALIDATED, NOT_METERED)
        assertEquals("no internet behind it", Answer.NO, NetworkFacts.of(printer, blocked = false).validated)
    }

    @Test
    fun aDayOnWhichMobileDataIsFree() {
        val canSayIt = Build.VERSION.SDK_INT >= Build.VERSION_CODES.R
        val said =
            if (canSayIt) intArrayOf(NetworkCapabilities.NET_CAPABILITY_TEMPORARILY_NOT_METERED) else intArrayOf()
        val today = capabilities(NetworkCapabilities.TRANSPORT_CELLULAR, INTERNET, VALIDATED, *said)
        assertEquals(Answer.of(!canSayIt), NetworkFacts.of(today, blocked = false).metered)
    }

    @Test
    fun noNetworkAndOneThatIsBlocked() {
        assertEquals(NetworkFacts.NONE, NetworkFacts.of(null, blocked = false))
        assertEquals(NetworkFacts.NONE, NetworkFacts.of(homeWifi, blocked = true))
    }

    @Test
    fun theMonitorTellsAtOnceAndThenEachChangeOnce() {
        shadowOf(connectivity).setDefaultNetworkActive(true)
        shadowOf(connectivity).setNetworkCapabilities(connectivity.activeNetwork, homeWifi)
        monitor.start()
        val wifi = NetworkFacts.of(homeWifi, blocked = false)
        assertEquals(listOf(wifi), heard)

        val callback = callbacks().single()
        callback.onCapabilitiesChanged(network, homeWifi)
        assertEquals("the same once more is no news", listOf(wifi), heard)

        callback.onCapabilitiesChanged(network, mobile)
        callback.onLost(network)
        val cellular = NetworkFacts.of(mobile, blocked = false)
        assertEquals(listOf(wifi, cellular, NetworkFacts.NONE), heard)

        shadowOf(connectivity).setNetworkCapabilities(network, mobile)
        callback.onAvailable(network)
        callback.onCapabilitiesChanged(network, mobile)
        assertEquals(listOf(wifi, cellular, NetworkFacts.NONE, cellular), heard)
    }

    @Test
    fun dozeTakesTheNetworkFromTheApp() {
        monitor.start()
        monitor.onAvailable(network)
        monitor.onCapabilitiesChanged(network, mobile)
        heard.clear()
        monitor.onBlockedStatusChanged(network, true)
        monitor.onBlockedStatusChanged(network, false)
        assertEquals(listOf(NetworkFacts.NONE, NetworkFacts.of(mobile, blocked = false)), heard)
    }

    private companion object {
        const val INTERNET = NetworkCapabilities.NET_CAPABILITY_INTERNET
        const val VALIDATED = NetworkCapabilities.NET_CAPABILITY_VALIDATED
        const val NOT_METERED = NetworkCapabilities.NET_CAPABILITY_NOT_METERED
        const val MOST_CAPABILITIES = 16
    }
}
