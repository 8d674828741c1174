package com.mailboat

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.os.PowerManager

/** Follows the battery and Battery Saver, and calls [tell] with each change, on the main thread. */
internal class PowerMonitor(
    private val context: Context,
    private val tell: (Power) -> Unit,
) : BroadcastReceiver() {
    private val manager = context.getSystemService(PowerManager::class.java)
    private var battery: Intent? = null
    private var told: Power? = null

    /** Tells what is so now, and from here on what changes. */
    fun start() {
        // Only the system may send these two, so it matters to nobody whether the receiver is
        // exported, and old versions of Android cannot be told.
        battery = context.registerReceiver(this, IntentFilter(Intent.ACTION_BATTERY_CHANGED))
        context.registerReceiver(this, IntentFilter(PowerManager.ACTION_POWER_SAVE_MODE_CHANGED))
        say()
    }

    override fun onReceive(context: Context, intent: Intent) {
        if (intent.action == Intent.ACTION_BATTERY_CHANGED) battery = intent
        say()
    }

    private fun say() {
        val power = Power.of(battery, saving = manager?.isPowerSaveMode == true)
        if (power == told) return
        told = power
        tell(power)
    }
}
