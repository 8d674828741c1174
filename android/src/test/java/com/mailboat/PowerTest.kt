package com.mailboat

import android.app.Application
import android.content.Context
import android.content.Intent
import android.os.BatteryManager
import android.os.Looper
import android.os.PowerManager
import org.junit.Assert.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

@RunWith(RobolectricTestRunner::class)
class PowerTest {
    private val application: Application = RuntimeEnvironment.getApplication()
    private val manager = application.getSystemService(Context.POWER_SERVICE) as PowerManager

    private fun battery(plugged: Int, level: Int, scale: Int = 100) = Intent(Intent.ACTION_BATTERY_CHANGED)
        .putExtra(BatteryManager.EXTRA_PLUGGED, plugged)
        .putExtra(BatteryManager.EXTRA_LEVEL, level)
        .putExtra(BatteryManager.EXTRA_SCALE, scale)

    @Test
    fun whatTheBatterySays() {
        assertEquals(Power.CHARGING, Power.of(battery(BatteryManager.BATTERY_PLUGGED_USB, 3), saving = false))
        assertEquals(Power.CHARGING, Power.of(battery(BatteryManager.BATTERY_PLUGGED_WIRELESS, 3), saving = true))
        assertEquals(Power.BATTERY, Power.of(battery(0, 16), saving = false))
        assertEquals(Power.LOW, Power.of(battery(0, 15), saving = false))
        assertEquals(Power.LOW, Power.of(battery(0, 30, scale = 200), saving = false))
        assertEquals(Power.LOW, Power.of(battery(0, 90), saving = true))
        assertEquals(Power.BATTERY, Power.of(battery(0, -1), saving = false))
        assertEquals(Power.UNKNOWN, Power.of(null, saving = false))
        assertEquals(Power.LOW, Power.of(null, saving = true))
    }

    @Test
    fun theMonitorFollowsTheSystemsBroadcasts() {
        val heard = mutableListOf<Power>()
        send(battery(0, 80))
        PowerMonitor(application) { heard += it }.start()
        assertEquals(listOf(Power.BATTERY), heard)

        send(battery(0, 79))
        assertEquals("a percent is no news", listOf(Power.BATTERY), heard)
        shadowOf(manager).setIsPowerSaveMode(true)
        send(Intent(PowerManager.ACTION_POWER_SAVE_MODE_CHANGED))
        send(battery(BatteryManager.BATTERY_PLUGGED_AC, 79))
        assertEquals(listOf(Power.BATTERY, Power.LOW, Power.CHARGING), heard)
    }

    @Suppress("DEPRECATION")
    private fun send(intent: Intent) {
        if (intent.action == Intent.ACTION_BATTERY_CHANGED) {
            application.sendStickyBroadcast(intent)
        } else {
            application.sendBroadcast(intent)
        }
        shadowOf(Looper.getMainLooper()).idle()
    }
}
