package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.System.Logger.Level;
import org.junit.jupiter.api.Test;

final class WarningsTest {

  @Test
  void theSystemFindsIt() {
    assertEquals(Warnings.class, System.LoggerFinder.getLoggerFinder().getClass());
  }

  @Test
  void onlyWarningsAndErrorsAreForPeople() {
    var logger = new Warnings().getLogger("dev.holdfast.test", Main.class.getModule());
    assertTrue(logger.isLoggable(Level.WARNING));
    assertTrue(logger.isLoggable(Level.ERROR));
    assertFalse(logger.isLoggable(Level.INFO));
    assertFalse(logger.isLoggable(Level.OFF));
    assertEquals("dev.holdfast.test", logger.getName());
  }
}
