package dev.holdfast.cli;

import dev.holdfast.CorruptionException;
import dev.holdfast.RecordTooLargeException;
import dev.holdfast.StorageFullException;
import dev.holdfast.StreamFailedException;
import dev.holdfast.StreamNotFoundException;
import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.WalException;
import dev.holdfast.WalIOException;
import dev.holdfast.WalLockedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns what went wrong into one line on the standard error and an exit code. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private final Terminal terminal;
  private final BooleanSupplier stackTrace;

  Failures(Terminal terminal, BooleanSupplier stackTrace) {
    this.terminal = terminal;
    this.stackTrace = stackTrace;
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine commandLine, ParseResult parsed) {
    if (failure instanceof ParameterException usage) {
      return handleParseException(usage, new String[0]);
    }
    if (failure instanceof OutputException output && output.readerHasGone()) {
      return ExitCode.OK; // whoever read our output has seen enough
    }
    report(failure, describe(unwrap(failure)));
    return exitCode(failure);
  }

  @Override
  public int handleParseException(ParameterException failure, String[] args) {
    var command = failure.getCommandLine().getCommandSpec().qualifiedName();
    var message = String.valueOf(failure.getMessage()).replaceFirst("^Error: ", "");
    report(failure, message + " (see '" + command + " --help')");
    return ExitCode.USAGE;
  }

  private void report(Exception failure, String line) {
    terminal.error(Text.visible(line));
    if (stackTrace.getAsBoolean()) {
      failure.printStackTrace(terminal.err());
    }
  }

  /** Returns the exit code of a failure. */
  static int exitCode(Throwable failure) {
    return switch (unwrap(failure)) {
      case CommandException e -> e.exitCode();
      case WalException e -> exitCode(e);
      case NoSuchFileException _ -> ExitCode.NOT_FOUND;
      case IOException _ -> ExitCode.STORAGE;
      case OutputException _ -> ExitCode.STORAGE;
      case IllegalArgumentException _ -> ExitCode.USAGE;
      default -> ExitCode.UNEXPECTED;
    };
  }

  private static int exitCode(WalException failure) {
    return switch (failure) {
      case CorruptionException _ -> ExitCode.DAMAGE;
      case WalLockedException _ -> ExitCode.LOCKED;
      case StreamNotFoundException _ -> ExitCode.NOT_FOUND;
      case WalIOException _ -> ExitCode.STORAGE;
      case StorageFullException _ -> ExitCode.STORAGE;
      case StreamFailedException _ -> ExitCode.STORAGE;
      case UnsupportedFormatException _ -> ExitCode.NEWER_FORMAT;
      case RecordTooLargeException _ -> ExitCode.INPUT;
      default -> ExitCode.UNEXPECTED;
    };
  }

  /** Returns a failure in one line. */
  static String describe(Throwable failure) {
    var message = failure.getMessage();
    var text = switch (failure) {
      case NoSuchFileException e -> "there is no " + e.getFile();
      case FileAlreadyExistsException e -> e.getFile() + " exists already";
      case AccessDeniedException e -> "no permission for " + e.getFile();
      case CommandException _ -> message;
      case WalException _ -> message;
      case OutputException _ -> message;
      case IOException _ -> message;
      case IllegalArgumentException _ -> message;
      default -> "unexpected " + failure + "; --stacktrace shows where";
    };
    return text == null ? failure.toString() : text;
  }

  private static Throwable unwrap(Throwable failure) {
    var unwrapped = failure;
    while (unwrapped instanceof CompletionException || unwrapped instanceof ExecutionException
        || unwrapped instanceof UncheckedIOException) {
      var cause = unwrapped.getCause();
      if (cause == null) {
        break;
      }
      unwrapped = cause;
    }
    return unwrapped;
  }
}
