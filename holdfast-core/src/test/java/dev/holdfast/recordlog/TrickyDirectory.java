package dev.holdfast.recordlog;

import dev.holdfast.storage.Directory;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A directory that counts the files which are open, and whose renames happen and are reported as failed. */
final class TrickyDirectory {
  private final Directory inner;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicReference<@Nullable IOException> renameError = new AtomicReference<>();

  TrickyDirectory(Directory inner) {
    this.inner = inner;
  }

  /** Has the next rename happen and throw {@code error}. */
  void failNextRename(IOException error) {
    renameError.set(error);
  }

  int openFiles() {
    return open.get();
  }

  Directory directory() {
    return proxy(Directory.class, this::onDirectory);
  }

  private static <T> T proxy(Class<T> type, Handler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type},
        (_, method, arguments) -> handler.handle(method, arguments)));
  }

  private interface Handler {
    @Nullable
    Object handle(Method method, Object @Nullable [] arguments) throws Throwable;
  }

  private @Nullable Object onDirectory(Method method, Object @Nullable [] arguments) throws Throwable {
    var result = call(inner, method, arguments);
    var error = method.getName().equals("rename") ? renameError.getAndSet(null) : null;
    if (error != null) {
      throw error;
    }
    return result instanceof LogFile file ? counted(file) : result;
  }

  private LogFile counted(LogFile file) {
    open.incrementAndGet();
    var closed = new AtomicInteger();
    return proxy(LogFile.class, (method, arguments) -> {
      if (method.getName().equals("close") && closed.getAndIncrement() == 0) {
        open.decrementAndGet();
      }
      return call(file, method, arguments);
    });
  }

  private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
