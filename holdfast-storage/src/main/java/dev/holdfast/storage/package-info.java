/**
 * What the log needs of storage, and nothing more: directories of files whose contents, sizes and <em>names</em> become
 * durable only when somebody asks for it.
 *
 * <p>
 * Two things are kept apart everywhere: {@linkplain dev.holdfast.storage.LogFile#force() forcing a file} makes its
 * bytes and its size durable; {@linkplain dev.holdfast.storage.Directory#sync() syncing a directory} makes the
 * creations, renames and deletions in it durable. Neither does the other's job. After a power loss everything that was
 * not made durable may be there, missing, or torn.
 *
 * <p>
 * Implementations: {@link dev.holdfast.storage.FsDirectory} on the file system,
 * {@link dev.holdfast.storage.MemoryDirectory} for tests and scratch logs; the test kit adds a simulated disk that
 * loses power. All of them pass one contract suite.
 */
package dev.holdfast.storage;
