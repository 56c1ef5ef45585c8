package io.topiary.helm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Parts of pods that are looked at, and what is in them. */
final class Pods {

  private Pods() {}

  static Map<String, String> settings(ValueSet set, String service) {
    return SettingsFilesTest.parse(SettingsFilesTest.file(set, service));
  }

  static JsonNode pod(ValueSet set, String kind, String service) {
    var name = (set == ValueSet.SERVICE_MONITOR ? "trees-" : "farm-") + service;
    return set.object(kind, name).at("/spec/template/spec");
  }

  static JsonNode container(ValueSet set, String kind, String service) {
    return pod(set, kind, service).at("/containers/0");
  }

  static Map<String, String> mounts(JsonNode container) {
    var mounts = new TreeMap<String, String>();
    container
        .path("volumeMounts")
        .forEach(
            mount -> mounts.put(mount.path("name").asText(), mount.path("mountPath").asText()));
    return mounts;
  }

  static Map<String, String> environment(JsonNode container) {
    var environment = new TreeMap<String, String>();
    for (var variable : container.path("env")) {
      var secret = variable.at("/valueFrom/secretKeyRef");
      environment.put(
          variable.path("name").asText(),
          secret.isObject()
              ? "Secret " + secret.path("name").asText() + " " + secret.path("key").asText()
              : variable.path("value").asText());
    }
    return environment;
  }

  static List<String> texts(JsonNode array) {
    return all(array).map(JsonNode::asText).toList();
  }

  static Stream<JsonNode> all(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
