package com.mailboat

import android.content.Intent
import android.os.BatteryManager

/** What the device lives on: MailboatPower of cpp/MailboatPlatform.h. */
internal enum class Power(val number: Int) {
    UNKNOWN(0),
    CHARGING(1),
    BATTERY(2),
    LOW(3);

    companion object {
        /** Where Android itself begins to warn. */
        private const val LOW_PERCENT = 15

        /** [battery]: the last ACTION_BATTERY_CHANGED. [saving]: whether Battery Saver is on. */
        fun of(battery: Intent?, saving: Boolean): Power {
            val plugged = battery?.getIntExtra(BatteryManager.EXTRA_PLUGGED, UNSAID) ?: UNSAID
            val level = battery?.getIntExtra(BatteryManager.EXTRA_LEVEL, UNSAID) ?: UNSAID
            val scale = battery?.getIntExtra(BatteryManager.EXTRA_SCALE, UNSAID) ?: UNSAID
            return when {
                plugged > 0 -> CHARGING
                saving -> LOW
                level < 0 || scale <= 0 -> if (plugged == UNSAID) UNKNOWN else BATTERY
                level * 100 <= scale * LOW_PERCENT -> LOW
                else -> BATTERY
            }
        }

        private const val UNSAID = -1
    }
}
