package io.topiary.runtime.kafka;

import static org.apache.kafka.common.acl.AclPermissionType.ALLOW;
import static org.apache.kafka.common.acl.AclPermissionType.DENY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.kroxylicious.testing.kafka.api.KafkaCluster;
import io.kroxylicious.testing.kafka.common.BrokerConfig;
import io.kroxylicious.testing.kafka.junit5ext.KafkaClusterExtension;
import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("broker")
@ExtendWith(KafkaClusterExtension.class)
class PipelineTopicsIT {

  private static final List<String> NAMES = Topics.ALL.stream().<String>map(Topic::name).toList();

  private static final ResourcePattern ANY_TOPIC =
      new ResourcePattern(ResourceType.TOPIC, "*", PatternType.LITERAL);

  private static final ResourcePattern CLUSTER =
      new ResourcePattern(ResourceType.CLUSTER, "kafka-cluster", PatternType.LITERAL);

  private static KafkaSettings settings(KafkaCluster cluster) {
    return new KafkaSettings(Map.of("bootstrap.servers", cluster.getBootstrapServers()));
  }

  @Test
  void shouldHaveThemThereForEveryServiceThatStartsAtTheSameTime(KafkaCluster cluster)
      throws Exception {
    var services = 6;
    var pool = Executors.newFixedThreadPool(services);
    try (var admin = settings(cluster).client("test", Map.of(), Admin::create)) {
      for (var round = 0; round < 5; round++) {
        // Given
        var start = new CyclicBarrier(services);
        Callable<Set<String>> service =
            () -> {
              start.await();
              PipelineTopics.createMissing(settings(cluster));
              return admin.describeTopics(NAMES).allTopicNames().get().keySet();
            };

        // When
        var seen = pool.invokeAll(Collections.nCopies(services, service));

        // Then
        for (var topics : seen) {
          assertThat(topics.get()).hasSameSizeAs(NAMES);
        }
        admin.deleteTopics(admin.listTopics().names().get()).all().get();
        await().until(() -> admin.listTopics().names().get().isEmpty());
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void shouldLeaveWhatIsThereAsItsOperatorMadeIt(KafkaCluster cluster) throws Exception {
    // Given
    try (var admin = settings(cluster).client("test", Map.of(), Admin::create)) {
      var theirs = new NewTopic(Topics.CHECKPOINTS.name(), 2, (short) 1);
      admin.createTopics(List.of(theirs)).all().get();

      // When
      PipelineTopics.createMissing(settings(cluster));

      // Then
      var topics = admin.describeTopics(NAMES).allTopicNames().get();
      assertThat(topics.get(Topics.CHECKPOINTS.name()).partitions()).hasSize(2);
      assertThat(topics.get(Topics.OUTCOMES.name()).partitions()).hasSize(6);
    }
  }

  @Test
  void shouldWaitForOthersToCreateTopicsWhereItIsToldNotTo(KafkaCluster cluster) throws Exception {
    // Given
    var waiting = new KafkaSettings(settings(cluster).properties(), false);
    try (var admin = waiting.client("test", Map.of(), Admin::create)) {

      // When
      var service =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  PipelineTopics.createMissing(waiting);
                  return admin.describeTopics(NAMES).allTopicNames().get().keySet();
                } catch (ExecutionException | InterruptedException e) {
                  throw new CompletionException(e);
                }
              });

      // Then
      assertThatExceptionOfType(StartException.class)
          .isThrownBy(() -> PipelineTopics.requireAll(admin, waiting, Duration.ZERO))
          .withMessageContaining("should have the topics topiary.jobs, topiary.checkpoints")
          .withMessageContaining("topiary.topics.create should be true");
      PipelineTopics.createMissing(settings(cluster));
      assertThat(service.get()).hasSameSizeAs(NAMES);
    }
  }

  @Test
  void shouldNeedNoRightToCreateWhatIsThere(
      @BrokerConfig(
              name = "authorizer.class.name",
              value = "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
          @BrokerConfig(name = "allow.everyone.if.no.acl.found", value = "true")
          KafkaCluster cluster)
      throws Exception {
    // Given
    PipelineTopics.createMissing(settings(cluster));
    try (var admin = settings(cluster).client("test", Map.of(), Admin::create)) {
      var acls =
          Stream.of(ANY_TOPIC, CLUSTER)
              .flatMap(
                  what ->
                      Stream.of(
                          new AclBinding(what, everyone(AclOperation.ALL, ALLOW)),
                          new AclBinding(what, everyone(AclOperation.CREATE, DENY))))
              .toList();
      admin.createAcls(acls).all().get();
      await().until(() -> isRefused(admin.createTopics(List.of(new NewTopic("n", 1, (short) 1)))));

      // When, Then
      assertThatCode(() -> PipelineTopics.createMissing(settings(cluster)))
          .doesNotThrowAnyException();
      admin.deleteTopics(List.of(Topics.JOBS.name())).all().get();
      assertThatExceptionOfType(StartException.class)
          .isThrownBy(() -> PipelineTopics.createMissing(settings(cluster)))
          .withMessageContaining("should let this service create its topics, or have them already");
    }
  }

  private static boolean isRefused(CreateTopicsResult creation) throws InterruptedException {
    try {
      creation.all().get();
      return false;
    } catch (ExecutionException e) {
      return e.getCause() instanceof AuthorizationException;
    }
  }

  private static AccessControlEntry everyone(AclOperation operation, AclPermissionType permission) {
    return new AccessControlEntry("User:*", "*", operation, permission);
  }
}
