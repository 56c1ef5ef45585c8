package io.topiary.evaluator.frontier;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** A JSON object, one field after the other; values become JSON as in {@link AvroJson}. */
final class JsonFields {

  private final ObjectNode object = JsonNodeFactory.instance.objectNode();

  JsonFields with(String name, @Nullable Object value) {
    object.set(name, AvroJson.node(value));
    return this;
  }

  ObjectNode done() {
    return object;
  }
}
