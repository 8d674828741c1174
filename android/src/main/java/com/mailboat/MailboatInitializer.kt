package com.mailboat

import android.app.Application
import android.content.ContentProvider
import android.content.ContentValues
import android.content.Context
import android.database.Cursor
import android.net.ConnectivityManager
import android.net.Uri
import android.util.Log
import java.io.File

/**
 * Where Mailboat begins. Android makes the content providers of an app before anything else of
 * it runs, in every start of its process: for an activity, before React Native is there; for a
 * job, where it never will be. This one provides no content.
 */
internal class MailboatInitializer : ContentProvider() {
    // Broadcasts and callbacks do not keep their receivers.
    private val monitors = mutableListOf<Any>()

    override fun onCreate(): Boolean {
        val application = context?.applicationContext as? Application
        if (application == null || !MailboatNative.isLoaded) return false
        placeDatabases(application)
        monitorNetwork(application)
        PowerMonitor(application, MailboatNative::tell).also(monitors::add).start()
        AppStateMonitor(application, MailboatNative::tell).also(monitors::add).start()
        scheduleBackground(application)
        return true
    }

    private fun scheduleBackground(context: Context) {
        try {
            BackgroundSync.update(context)
        } catch (error: RuntimeException) {
            // The system throws where an app has used up its jobs, or has taken the service out
            // of its manifest. Here that would end the app at every start.
            Log.w(MailboatNative.TAG, "There is no background sync.", error)
        }
    }

    /**
     * In a folder that neither a backup nor a move to a new phone copies: a phone restored from
     * a backup must not send its outbox again.
     */
    private fun placeDatabases(context: Context) {
        val folder = File(context.noBackupFilesDir, "mailboat")
        if (!folder.isDirectory && !folder.mkdirs()) {
            Log.e(MailboatNative.TAG, "The folder of the databases cannot be made: $folder")
        }
        MailboatNative.setDatabaseFolder(folder.path)
    }

    private fun monitorNetwork(context: Context) {
        val connectivity = context.getSystemService(ConnectivityManager::class.java) ?: return
        NetworkMonitor(connectivity, MailboatNative::tell).also(monitors::add).start()
    }

    override fun query(
        uri: Uri,
        projection: Array<out String>?,
        selection: String?,
        selectionArgs: Array<out String>?,
        sortOrder: String?,
    ): Cursor? = null

    override fun getType(uri: Uri): String? = null

    override fun insert(uri: Uri, values: ContentValues?): Uri? = null

    override fun delete(uri: Uri, selection: String?, selectionArgs: Array<out String>?): Int = 0

    override fun update(
        uri: Uri,
        values: ContentValues?,
        selection: String?,
        selectionArgs: Array<out String>?,
    ): Int = 0
}
