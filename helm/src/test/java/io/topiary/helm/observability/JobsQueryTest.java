package io.topiary.helm.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.helm.ValueSet;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What KEDA asks Prometheus for, to know how many trainers there should be. */
class JobsQueryTest {

  @TempDir Path folder;

  @Test
  void shouldCountJobsThatWaitAndJobsThatAreOutWithOrWithoutATrainer() throws Exception {
    // Given
    var promtool = Promtool.find();
    var query =
        ValueSet.KEDA
            .object("ScaledObject", "farm-trainer")
            .at("/spec/triggers/0/metadata/query")
            .asText();
    Files.writeString(
        folder.resolve("rules.yaml"),
        "groups: [{name: keda, rules: [{record: jobs, expr: '%s'}]}]".formatted(query));
    Files.writeString(
        folder.resolve("test.yaml"),
        """
        rule_files: [rules.yaml]
        evaluation_interval: 1m
        tests:
          - interval: 1m
            input_series:
              - {series: 'topiary_pruner_backlog{state="waiting",namespace="pruning",pod="a"}', values: '3 3'}
              - {series: 'topiary_pruner_backlog{state="waiting",namespace="pruning",pod="b"}', values: '4 4'}
              - {series: 'topiary_pruner_backlog{state="retraining",namespace="pruning",pod="a"}', values: '2 2'}
              - {series: 'topiary_pruner_backlog{state="waiting",namespace="other",pod="a"}', values: '90 90'}
              - {series: 'topiary_queue_backlog{group="topiary-trainers",namespace="pruning",pod="t"}', values: '_ 5'}
            promql_expr_test:
              - {expr: jobs, eval_time: 0m, exp_samples: [{labels: jobs, value: 9}]}
              - {expr: jobs, eval_time: 1m, exp_samples: [{labels: jobs, value: 12}]}
        """);

    // When
    var answer = promtool.run(folder, "test", "rules", "test.yaml");

    // Then
    assertThat(answer.status()).as(answer.output()).isZero();
  }
}
