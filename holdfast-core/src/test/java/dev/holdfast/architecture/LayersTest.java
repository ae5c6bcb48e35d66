package dev.holdfast.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The order of the layers: imports point only downwards. */
class LayersTest {
  private static final String PROJECT = "dev.holdfast";
  private static final String STORAGE = "dev.holdfast.storage";

  /** The engine from top to bottom; each layer may import those after it. */
  static final List<String> LAYERS = List.of("dev.holdfast.internal.log", "dev.holdfast.internal.typed",
      "dev.holdfast.internal.stream", "dev.holdfast.internal.recordlog",
      "dev.holdfast.internal.recovery", "dev.holdfast.internal.segment", "dev.holdfast.internal.logging",
      "dev.holdfast.internal.format");
  private static final String FORMAT = LAYERS.getLast();

  /** The classes that turn a path into a directory, and an API call into an engine. */
  private static final Set<String> FACTORIES = Set.of("dev.holdfast.Wal", "dev.holdfast.Codecs",
      "dev.holdfast.RecordLog",
      "dev.holdfast.RecordLogPath",
      "dev.holdfast.shard.ShardedWal",
      "dev.holdfast.shard.RootPaths");

  /** What stands upon the API, and what of the engine it may know. */
  private static final Map<String, List<String>> UPPER_PACKAGES = Map.of("dev.holdfast.shard",
      List.of("dev.holdfast.internal.log", "dev.holdfast.internal.format", "dev.holdfast.internal.logging"),
      "dev.holdfast.snapshot",
      List.of("dev.holdfast.internal.log", "dev.holdfast.internal.stream", "dev.holdfast.internal.format",
          "dev.holdfast.internal.logging"));

  private static final Set<String> FILE_SYSTEM = Set.of("java.nio.file.Path", "java.nio.file.Paths",
      "java.nio.file.Files", "java.nio.file.FileSystem", "java.nio.file.FileSystems", "java.io.File",
      "java.io.RandomAccessFile", "java.io.FileInputStream", "java.io.FileOutputStream",
      "java.nio.channels.FileChannel", "java.nio.channels.AsynchronousFileChannel");

  private static JavaClasses core;

  @BeforeAll
  static void readClasses() {
    core = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .withImportOption(location -> !location.contains("/holdfast-testkit"))
        .withImportOption(location -> !location.contains("/holdfast-storage"))
        .importPackages(PROJECT);
  }

  @Test
  @DisplayName("the classes of core are read, or no rule would find anything")
  void coreIsRead() {
    assertTrue(core.contain("dev.holdfast.Wal"), "dev.holdfast.Wal is not among the classes read");
    assertFalse(core.contain("dev.holdfast.storage.Directory"), "other modules have been read too");
  }

  @ParameterizedTest
  @FieldSource("LAYERS")
  @DisplayName("a layer of the engine imports only the layers below it, the API's types and storage")
  void layerImportsOnlyWhatIsBelow(String layer) {
    var allowed = new ArrayList<>(LAYERS.subList(LAYERS.indexOf(layer), LAYERS.size()));
    allowed.add(PROJECT);
    if (!layer.equals(FORMAT)) {
      allowed.add(STORAGE);
    }
    noClasses().that(areInOrBelow(layer))
        .should().dependOnClassesThat(areOfTheProjectBut(allowed))
        .because("imports point only downwards")
        .allowEmptyShould(true)
        .check(core);
  }

  @Test
  @DisplayName("every package of the engine has its place among the layers")
  void noPackageOutsideTheLayers() {
    classes().that().resideInAPackage("dev.holdfast.internal..")
        .should().resideInAnyPackage(LAYERS.stream().map(layer -> layer + "..").toArray(String[]::new))
        .allowEmptyShould(true)
        .check(core);
  }

  @Test
  @DisplayName("in the API's package only the factory imports the engine")
  void onlyFactoriesImportTheEngine() {
    noClasses().that(areDirectlyIn(PROJECT)).and(areNoFactories())
        .should().dependOnClassesThat().resideInAPackage("dev.holdfast.internal..")
        .check(core);
  }

  @Test
  @DisplayName("the API's package imports nothing that is built upon it")
  void apiImportsNothingAboveIt() {
    var allowed = new ArrayList<>(LAYERS);
    allowed.add(PROJECT);
    allowed.add(STORAGE);
    noClasses().that(areDirectlyIn(PROJECT)).should().dependOnClassesThat(areOfTheProjectBut(allowed)).check(core);
  }

  @Test
  @DisplayName("what stands upon the API imports of the engine only what opens it, and nothing beside it")
  void upperPackagesImportOnlyWhatIsBelow() {
    UPPER_PACKAGES.forEach((upper, engine) -> {
      var allowed = new ArrayList<>(engine);
      allowed.addAll(List.of(PROJECT, STORAGE, upper));
      noClasses().that(areInOrBelow(upper)).should().dependOnClassesThat(areOfTheProjectBut(allowed)).check(core);
    });
  }

  @Test
  @DisplayName("only the factory names the file system; the engine knows directories")
  void onlyFactoriesNameTheFileSystem() {
    noClasses().that(areNoFactories())
        .should().dependOnClassesThat(new DescribedPredicate<>("belong to the file system") {
          @Override
          public boolean test(JavaClass type) {
            return FILE_SYSTEM.contains(type.getName());
          }
        }).because("the engine runs on the file system, in memory and on the simulated disk").check(core);
  }

  private static DescribedPredicate<JavaClass> areInOrBelow(String packageName) {
    return new DescribedPredicate<>("are in " + packageName) {
      @Override
      public boolean test(JavaClass type) {
        return isIn(type, packageName);
      }
    };
  }

  private static DescribedPredicate<JavaClass> areDirectlyIn(String packageName) {
    return new DescribedPredicate<>("are in " + packageName) {
      @Override
      public boolean test(JavaClass type) {
        return type.getPackageName().equals(packageName);
      }
    };
  }

  private static DescribedPredicate<JavaClass> areNoFactories() {
    return new DescribedPredicate<>("are not the factory") {
      @Override
      public boolean test(JavaClass type) {
        return !FACTORIES.contains(outermost(type).getName());
      }
    };
  }

  /** Matches types of the project outside {@code packages}; {@code dev.holdfast} there means that package alone. */
  private static DescribedPredicate<JavaClass> areOfTheProjectBut(List<String> packages) {
    return new DescribedPredicate<>("are of the project but not in " + packages) {
      @Override
      public boolean test(JavaClass used) {
        JavaClass type = used.getBaseComponentType();
        return isIn(type, PROJECT) && packages.stream()
            .noneMatch(each -> each.equals(PROJECT) ? type.getPackageName().equals(each) : isIn(type, each));
      }
    };
  }

  private static boolean isIn(JavaClass type, String packageName) {
    return type.getPackageName().equals(packageName) || type.getPackageName().startsWith(packageName + ".");
  }

  private static JavaClass outermost(JavaClass type) {
    JavaClass outer = type;
    while (outer.getEnclosingClass().isPresent()) {
      outer = outer.getEnclosingClass().get();
    }
    return outer;
  }
}
