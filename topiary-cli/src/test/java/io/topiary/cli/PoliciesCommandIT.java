package io.topiary.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.cli.broker.EmbeddedKafka;
import io.topiary.pruner.PrunerConfig;
import io.topiary.pruner.PrunerService;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Topics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
class PoliciesCommandIT {

  @TempDir private Path folder;

  private String servers = "";

  @Test
  void shouldApplyListShowAndDeleteAndBeAcceptedByThePruner() throws Exception {
    try (var broker = EmbeddedKafka.start(folder.resolve("kafka"))) {
      servers = broker.bootstrapServers();
      shouldHaveNoneAtFirst();
      shouldApplyAFolderAsKubernetesMountsIt();
      shouldSendNothingThatHoldsAlready();
      shouldShowThem();
      shouldBeAcceptedByThePruner();
      shouldDeleteThoseThatThereAre();
      shouldTellOfARecordThatNobodyCanRead();
    }
  }

  private void shouldHaveNoneAtFirst() throws Exception {
    // Given brokers without a topic, When
    var list = run("list");
    var dryRun = run("apply", "-f", "../docs/examples/policies.yaml", "--dry-run");

    // Then
    assertThat(list.out())
        .containsExactly(
            "NAME  MODELS  METHOD  PHASES  SPARSITY  SELECTOR  SCHEDULE  SEEDS  ACCEPTED");
    assertThat(dryRun.out())
        .containsExactly(
            "created nightly (dry run)",
            "created far (dry run)",
            "created half (dry run)",
            "created budgeted (dry run)");
    assertThat(run("delete", "nightly").err())
        .containsExactly("There is no policy 'nightly'; there are none at all.");
    try (var admin = admin()) {
      assertThat(admin.listTopics().names().get()).isEmpty();
    }
  }

  private void shouldApplyAFolderAsKubernetesMountsIt() throws IOException {
    // Given
    var mounted = Files.createDirectories(folder.resolve("mounted"));
    var data = Files.createDirectories(mounted.resolve("..2026"));
    Files.writeString(data.resolve("b.yaml"), "name: b\nmodels: b-*\nsparsity: 0.5\n");
    Files.writeString(data.resolve("a.yaml"), "name: a\nmodels: a-*\nmethod: imp\n");
    Files.createSymbolicLink(mounted.resolve("..data"), Path.of("..2026"));
    Files.createSymbolicLink(mounted.resolve("b.yaml"), Path.of("..data/b.yaml"));
    Files.createSymbolicLink(mounted.resolve("a.yaml"), Path.of("..data/a.yaml"));

    // When
    var applied = run("apply", "-f", mounted.toString());

    // Then
    assertThat(applied.err()).isEmpty();
    assertThat(applied.out()).containsExactly("created a", "created b");
  }

  private void shouldSendNothingThatHoldsAlready() throws Exception {
    // Given
    var before = records();

    // When applied again, and then with an edit of one
    var again = run("apply", "-f", folder.resolve("mounted").toString());
    var edited = applyInput("name: b\nmodels: b-*\nsparsity: [0.5, 0.75]\n");

    // Then
    assertThat(again.out()).containsExactly("unchanged a", "unchanged b");
    assertThat(edited.out()).containsExactly("changed b");
    assertThat(records()).isEqualTo(before + 1);

    // When one of two is wrong, Then neither is sent
    var refused = applyInput("name: c\nmodels: c\n---\nname: d\n");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err())
        .containsExactly(
            "standard input:4: models is not there; it should be, for example models: 'resnet*'.");
    assertThat(records()).isEqualTo(before + 1);
  }

  private void shouldShowThem() throws IOException {
    assertThat(run("list").out())
        .containsExactly(
            "NAME  MODELS  METHOD    PHASES  SPARSITY     SELECTOR          SCHEDULE  SEEDS  ACCEPTED",
            "a     a-*     imp       3       0.7,0.8,0.9  global-magnitude  allr      -      no",
            "b     b-*     one-shot  -       0.5,0.75     global-magnitude  allr      -      no");
    var json = new ObjectMapper().readTree(String.join("\n", run("list", "-o", "json").out()));
    assertThat(json.findValuesAsText("name")).containsExactly("a", "b");
    assertThat(json.get(1).get("sparsity").get(1).asDouble()).isEqualTo(0.75);
    assertThat(json.get(1).get("accepted").asBoolean()).isFalse();
    assertThat(run("show", "a").out())
        .containsExactly(
            "name: a",
            "models: a-*",
            "method: imp",
            "phases: 3",
            "sparsity: [0.7, 0.8, 0.9]",
            "selector: global-magnitude",
            "schedule: allr",
            "retrain-epochs: 2");
    assertThat(run("show", "a", "-o", "table").out())
        .contains("sparsity        0.7,0.8,0.9", "accepted        false");
    assertThat(run("show", "a", "-o", "json").out()).contains("  \"method\" : \"imp\",");
    assertThat(run("show", "x").err()).containsExactly("There is no policy 'x'; there are a, b.");

    // What is shown can be applied
    var all = String.join("\n", run("list", "-o", "yaml").out());
    assertThat(applyInput(all).out()).containsExactly("unchanged a", "unchanged b");
  }

  private void shouldBeAcceptedByThePruner() throws Exception {
    // Given nobody who accepts, When
    var impatient = run("apply", "-f", folder.resolve("mounted").toString(), "--wait", "1");

    // Then
    assertThat(impatient.status()).isEqualTo(1);
    assertThat(impatient.err())
        .containsExactly(
            "Within 1 s no pruner has accepted a, b; one should run, and topiary.dead-letters tells"
                + " whether it refused them.");

    // When a pruner runs
    var config =
        new PrunerConfig(folder.resolve("state"), 1, Duration.ofMinutes(10), Duration.ofMinutes(2));
    var artifacts = FileArtifactStore.open(folder.resolve("artifacts"));
    try (var telemetry = Telemetry.start("localhost", 0);
        var pruner = PrunerService.start(config, artifacts, kafka(), telemetry)) {
      var accepted = run("apply", "-f", folder.resolve("mounted").toString(), "--wait");

      // Then
      assertThat(pruner).isNotNull();
      assertThat(accepted.err()).isEmpty();
      assertThat(accepted.out()).containsExactly("unchanged a", "unchanged b");
      assertThat(accepted.status()).isZero();
      assertThat(run("list").out()).last().asString().endsWith("yes");
    }
  }

  private void shouldDeleteThoseThatThereAre() {
    // When one of the names is wrong, Then nothing goes
    assertThat(run("delete", "a", "x").err())
        .containsExactly("There is no policy 'x'; there are a, b.");

    // When
    var deleted = run("delete", "a", "b");

    // Then
    assertThat(deleted.out()).containsExactly("deleted a", "deleted b");
    assertThat(run("list").out()).hasSize(1);
    assertThat(run("list", "-o", "json").out()).containsExactly("[ ]");
  }

  private void shouldTellOfARecordThatNobodyCanRead() throws InterruptedException {
    // Given
    try (var sender = new RecordSender("test", kafka(), new SimpleMeterRegistry())) {
      sender.send(
          new ProducerRecord<>(
              Topics.POLICIES.name(), "noise".getBytes(UTF_8), "noise".getBytes(UTF_8)));
    }

    // When, Then
    var list = run("list");
    assertThat(list.err())
        .singleElement()
        .asString()
        .startsWith("The policy 'noise' cannot be shown: The value should be a PruningPolicy, but");
    assertThat(list.out()).last().asString().startsWith("noise ");
    assertThat(run("show", "noise").status()).isEqualTo(1);
    assertThat(run("delete", "noise").out()).containsExactly("deleted noise");
  }

  private CommandLineRun applyInput(String yaml) {
    var before = System.in;
    System.setIn(new ByteArrayInputStream(yaml.getBytes(UTF_8)));
    try {
      return run("apply", "-f", "-");
    } finally {
      System.setIn(before);
    }
  }

  private CommandLineRun run(String... arguments) {
    var all = new ArrayList<>(List.of("policies"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--bootstrap-servers", servers));
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private long records() throws Exception {
    var partition = new TopicPartition(Topics.POLICIES.name(), 0);
    try (var admin = admin()) {
      return admin
          .listOffsets(Map.of(partition, OffsetSpec.latest()))
          .partitionResult(partition)
          .get()
          .offset();
    }
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", servers));
  }

  private KafkaSettings kafka() {
    return new KafkaSettings(Map.of("bootstrap.servers", servers));
  }
}
