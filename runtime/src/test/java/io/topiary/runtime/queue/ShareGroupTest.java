package io.topiary.runtime.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShareGroupTest {

  @ParameterizedTest
  @EnumSource(names = {"IBP_4_1_IV1", "IBP_4_0_IV3", "IBP_3_9_IV0"})
  void shouldAskForALaterKafka(MetadataVersion older) {
    // When, Then
    assertThat(ShareGroup.lacking("broker:9092", older.featureLevel(), 1))
        .contains(
            "The broker at broker:9092 should be Kafka 4.2 or later, which supports metadata.version 28, but it supports %d at most."
                .formatted(older.featureLevel()));
  }

  @Test
  void shouldAskForShareGroupsToBeSwitchedOn() {
    // When, Then
    assertThat(ShareGroup.lacking("broker:9092", MetadataVersion.IBP_4_2_IV0.featureLevel(), 0))
        .contains(
            "The broker at broker:9092 should have share groups switched on: kafka-features.sh --bootstrap-server broker:9092 upgrade --feature share.version=1.");
  }

  @Test
  void shouldBeContentWithTheFirstKafkaThatHasAllItNeeds() {
    // When, Then
    assertThat(ShareGroup.lacking("broker:9092", MetadataVersion.IBP_4_2_IV0.featureLevel(), 1))
        .isEmpty();
  }
}
