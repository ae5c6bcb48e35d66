import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the home of the JDK that runs it to the file named by its argument. Run by the build, for the launcher. */
public final class RecordJavaHome {

  private RecordJavaHome() {}

  public static void main(String[] args) throws IOException {
    Path record = Path.of(args[0]);
    Files.createDirectories(record.getParent());
    Files.writeString(record, System.getProperty("java.home") + System.lineSeparator());
  }
}
