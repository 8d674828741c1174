package com.mailboat

import android.net.NetworkCapabilities
import android.os.Build

/** What carries the network: MailboatNetworkKind of cpp/MailboatPlatform.h. */
internal enum class NetworkKind(val number: Int) {
    UNKNOWN(0),
    NONE(1),
    WIFI(2),
    CELLULAR(3),
    ETHERNET(4),
    OTHER(5),
}

/** What a platform may leave unsaid: MailboatAnswer of cpp/MailboatPlatform.h. */
internal enum class Answer(val number: Int) {
    UNSAID(-1),
    NO(0),
    YES(1);

    companion object {
        fun of(yes: Boolean) = if (yes) YES else NO
    }
}

/** What the engine wants to know of the network. */
internal data class NetworkFacts(
    val kind: NetworkKind,
    val metered: Answer = Answer.UNSAID,
    val validated: Answer = Answer.UNSAID,
) {
    companion object {
        val UNKNOWN = NetworkFacts(NetworkKind.UNKNOWN)
        val NONE = NetworkFacts(NetworkKind.NONE)

        /**
         * The facts of the network that the app's sockets go over. [blocked]: the system keeps
         * this app off it, for Doze or Data Saver, so that for the app there is none.
         */
        fun of(capabilities: NetworkCapabilities?, blocked: Boolean): NetworkFacts {
            if (capabilities == null || blocked) return NONE
            return NetworkFacts(
                kind = kindOf(capabilities),
                metered = Answer.of(!isUnmetered(capabilities)),
                validated = Answer.of(
                    capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET) &&
                        capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_VALIDATED),
                ),
            )
        }

        /** A VPN also has the transports of the networks that it goes over. */
        private fun kindOf(capabilities: NetworkCapabilities): NetworkKind = when {
            capabilities.hasTransport(NetworkCapabilities.TRANSPORT_ETHERNET) -> NetworkKind.ETHERNET
            capabilities.hasTransport(NetworkCapabilities.TRANSPORT_WIFI) -> NetworkKind.WIFI
            capabilities.hasTransport(NetworkCapabilities.TRANSPORT_CELLULAR) -> NetworkKind.CELLULAR
            else -> NetworkKind.OTHER
        }

        private fun isUnmetered(capabilities: NetworkCapabilities): Boolean =
            capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED) ||
                (
                    Build.VERSION.SDK_INT >= Build.VERSION_CODES.R &&
                        capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_TEMPORARILY_NOT_METERED)
                    )
    }
}
