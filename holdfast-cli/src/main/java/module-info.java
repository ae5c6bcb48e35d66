import org.jspecify.annotations.NullMarked;

/** The command line. */
@NullMarked
module dev.holdfast.cli {
  requires static org.jspecify;
  requires dev.holdfast;
  requires dev.holdfast.storage;
  requires info.picocli;
  requires me.tongfei.progressbar;
  requires tools.jackson.core;

  provides System.LoggerFinder with dev.holdfast.cli.Warnings;

  opens dev.holdfast.cli to
      info.picocli;
}
