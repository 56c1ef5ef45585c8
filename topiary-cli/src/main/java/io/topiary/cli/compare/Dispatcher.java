package io.topiary.cli.compare;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.topiary.cli.compare.experiment.Experiment;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.schemas.Topics;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends what is still to be done. Jobs from scratch go out no more than a few at a time: the pruner
 * sends its own behind them, and gives up those that nobody takes up for long.
 */
final class Dispatcher {

  private final Experiment experiment;
  private final Findings findings;
  private final RecordSender sender;

  Dispatcher(Experiment experiment, Findings findings, RecordSender sender) {
    this.experiment = experiment;
    this.findings = findings;
    this.sender = sender;
  }

  /**
   * Tells the pruner what is to be made of dense networks. A policy that it has already changes
   * nothing.
   *
   * @throws org.apache.kafka.common.KafkaException when it was not acknowledged
   */
  void sendPolicies() throws InterruptedException {
    var open = experiment.trials().stream().filter(trial -> !findings.ended(trial)).toList();
    for (var policy : Experiment.policies(open)) {
      sender.send(Topics.POLICIES, policy.getName(), policy);
    }
  }

  /**
   * Takes the policies back, where others would meet them.
   *
   * @throws org.apache.kafka.common.KafkaException when it was not acknowledged
   */
  void removePolicies() throws InterruptedException {
    for (var policy : Experiment.policies(experiment.trials())) {
      sender.send(
          new ProducerRecord<>(Topics.POLICIES.name(), policy.getName().getBytes(UTF_8), null));
    }
  }

  /**
   * Sends jobs, until as many are out as may be.
   *
   * @throws org.apache.kafka.common.KafkaException when one was not acknowledged
   */
  void sendJobs(int most) throws InterruptedException {
    var out =
        experiment.jobs().stream()
            .filter(job -> findings.sent(job) && !findings.ended(job))
            .count();
    for (var job : experiment.jobs()) {
      if (out >= most) {
        return;
      }
      if (!findings.sent(job) && !findings.ended(job)) {
        sender.send(Topics.JOBS, job.getJobId(), job);
        findings.add(job);
        out++;
      }
    }
  }
}
