package io.topiary.helm;

import static io.topiary.helm.Pods.all;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may talk to whom. */
class NetworkPoliciesTest {

  @Test
  void shouldLetPrometheusThePageAndNeighboursInAndNobodyElse() {
    assertThat(peers("trainer", "ingress"))
        .containsExactly("component cli", "namespace monitoring");
    assertThat(peers("frontier", "ingress"))
        .containsExactly(
            "component cli", "namespace monitoring", "component frontier", "namespace ingress");
    assertThat(peers("cli", "ingress")).isEmpty();
    assertThat(peers("frontier", "egress"))
        .containsExactly("namespace kube-system", "component frontier");
  }

  @ParameterizedTest
  @CsvSource({
    "DEFAULT, trainer, '53, 53, 9092'",
    "S3, trainer, '53, 53, 9092, 443'",
    "S3_OF_ONES_OWN, pruner, '53, 53, 9092, 443, 9000'",
    "S3, frontier, '53, 53, 9092, http'",
    "TLS_AND_SASL, pruner, '53, 53, 9094'",
    "MUTUAL_TLS, cli, '53, 53, 9093, http'",
    "OPENSHIFT, trainer, '5353, 5353, 9092'",
  })
  void shouldLetPodsOutToNamesBrokersAndTheStoreAlone(ValueSet set, String service, String ports) {
    var policy = set.object("NetworkPolicy", "farm-" + service);
    assertThat(policy.at("/spec/egress").findValuesAsText("port"))
        .isEqualTo(List.of(ports.split(", ")));
  }

  private static List<String> peers(String service, String direction) {
    var side = direction.equals("ingress") ? "from" : "to";
    return all(ValueSet.SERVICE_MONITOR
            .object("NetworkPolicy", "trees-" + service)
            .at("/spec/" + direction))
        .flatMap(rule -> all(rule.path(side)))
        .map(
            peer ->
                peer.has("podSelector")
                    ? "component "
                        + peer.at("/podSelector/matchLabels/app.kubernetes.io~1component").asText()
                    : "namespace "
                        + peer.at("/namespaceSelector/matchLabels/kubernetes.io~1metadata.name")
                            .asText())
        .toList();
  }
}
