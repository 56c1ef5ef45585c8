package io.topiary.systemtests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The house of docs/ARCHITECTURE.md: arrows point down only. */
@AnalyzeClasses(
    packages = "io.topiary",
    importOptions = {ImportOption.DoNotIncludeTests.class})
class ArchitectureTest {

  private static final String SCHEMAS = "io.topiary.schemas..";
  private static final String SPARSITY = "io.topiary.sparsity..";
  private static final String INFERENCE = "io.topiary.inference..";
  private static final String ENGINE = "io.topiary.engine..";
  private static final String RUNTIME = "io.topiary.runtime..";
  private static final String ARTIFACT = "io.topiary.runtime.artifact..";
  private static final String STREAMS = "io.topiary.runtime.streams..";
  private static final String PRUNER = "io.topiary.pruner..";
  private static final String TRAINER = "io.topiary.trainer..";
  private static final String EVALUATOR = "io.topiary.evaluator..";
  private static final String FRONTIER = "io.topiary.evaluator.frontier..";

  @ArchTest
  static final ArchRule schemasStandOnAvroAndKafkaAlone =
      classes()
          .that()
          .resideInAPackage(SCHEMAS)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              SCHEMAS, "java..", "org.apache.avro..", "org.apache.kafka..", "org.jspecify..");

  @ArchTest
  static final ArchRule sparsityStandsOnTheJdkAndAJsonReaderAlone =
      classes()
          .that()
          .resideInAPackage(SPARSITY)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(SPARSITY, "java..", "com.fasterxml.jackson..", "org.jspecify..");

  @ArchTest
  static final ArchRule inferenceStandsOnTheJdkAndSparsityAlone =
      classes()
          .that()
          .resideInAPackage(INFERENCE)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              INFERENCE, SPARSITY, "java..", "jdk.incubator.vector..", "org.jspecify..");

  @ArchTest
  static final ArchRule engineStandsOnSparsity =
      noClasses()
          .that()
          .resideInAPackage(ENGINE)
          .should()
          .dependOnClassesThat(topiaryOutside(ENGINE, SPARSITY));

  @ArchTest
  static final ArchRule runtimeStandsOnSchemasAndSparsity =
      noClasses()
          .that()
          .resideInAPackage(RUNTIME)
          .should()
          .dependOnClassesThat(topiaryOutside(RUNTIME, SCHEMAS, SPARSITY));

  @ArchTest
  static final ArchRule prunerNeedsNoTrainingEngine =
      noClasses()
          .that()
          .resideInAPackage(PRUNER)
          .should()
          .dependOnClassesThat(topiaryOutside(PRUNER, RUNTIME, SPARSITY, SCHEMAS));

  @ArchTest
  static final ArchRule trainerKnowsNoOtherService =
      noClasses()
          .that()
          .resideInAPackage(TRAINER)
          .should()
          .dependOnClassesThat(topiaryOutside(TRAINER, RUNTIME, ENGINE, SPARSITY, SCHEMAS));

  @ArchTest
  static final ArchRule evaluatorKnowsNoOtherService =
      noClasses()
          .that()
          .resideInAPackage(EVALUATOR)
          .should()
          .dependOnClassesThat(
              topiaryOutside(EVALUATOR, RUNTIME, ENGINE, INFERENCE, SPARSITY, SCHEMAS));

  @ArchTest
  static final ArchRule onlyTheEngineKnowsDjl =
      noClasses()
          .that()
          .resideOutsideOfPackage(ENGINE)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule onlyPrunerAndFrontierAreStreamsApplications =
      noClasses()
          .that()
          .resideOutsideOfPackages(PRUNER, FRONTIER, STREAMS)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.kafka.streams..");

  @ArchTest
  static final ArchRule onlyTheArtifactStoreKnowsAws =
      noClasses()
          .that()
          .resideOutsideOfPackage(ARTIFACT)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon.awssdk..");

  @ArchTest
  static final ArchRule packagesDoNotGoInCircles =
      slices().matching("io.topiary.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule namesSayWhatAThingIs =
      noClasses()
          .should()
          .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl|AbstractBase)(\\$.*)?")
          .orShould()
          .resideInAnyPackage("..util..", "..common..", "..impl..", "..manager..");

  @ArchTest
  static final ArchRule everyPackageIsNullMarked = classes().should(new PackageIsNullMarked());

  private static DescribedPredicate<JavaClass> topiaryOutside(String... packages) {
    return JavaClass.Predicates.resideInAPackage("io.topiary..")
        .and(JavaClass.Predicates.resideOutsideOfPackages(packages))
        .as("belong to Topiary outside %s", String.join(", ", packages));
  }
}
