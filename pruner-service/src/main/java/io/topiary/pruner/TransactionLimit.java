package io.topiary.pruner;

import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brokers refuse a transaction that may take longer than they allow when it begins, with an
 * exception that cannot be told from a bug.
 */
final class TransactionLimit {

  private static final String MOST = "transaction.max.timeout.ms";

  private static final Logger log = LoggerFactory.getLogger(TransactionLimit.class);

  private TransactionLimit() {}

  /**
   * @throws StartException when the brokers allow no transaction of that length
   */
  static void require(KafkaSettings kafka, Duration longestPruning) throws InterruptedException {
    try (var admin = kafka.client("topiary-pruner-limits", Map.of(), Admin::create)) {
      var most = most(admin);
      if (longestPruning.compareTo(most) > 0) {
        throw new StartException(
            "%s is %s, but it should be at most the brokers' %s, which is %s."
                .formatted(PrunerConfig.LONGEST_PRUNING.name(), longestPruning, MOST, most));
      }
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof AuthorizationException)) {
        throw new StartException(
            "The brokers' %s cannot be read: %s.".formatted(MOST, e.getCause()), e);
      }
      log.info("The brokers do not let their {} be read, and it is not checked", MOST);
    }
  }

  private static Duration most(Admin admin) throws ExecutionException, InterruptedException {
    var broker = admin.describeCluster().nodes().get().iterator().next();
    var resource = new ConfigResource(ConfigResource.Type.BROKER, broker.idString());
    var config = admin.describeConfigs(List.of(resource)).all().get().values().iterator().next();
    return Duration.ofMillis(Long.parseLong(config.get(MOST).value()));
  }
}
