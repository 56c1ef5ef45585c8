package io.topiary.evaluator.frontier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.topiary.runtime.telemetry.Labels;
import java.util.Collection;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON: fields by their names, enums as in labels of metrics, times as ISO 8601, what is
 * absent or no finite number as null.
 */
final class AvroJson {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private AvroJson() {}

  static ObjectNode object(SpecificRecord of) {
    var object = NODES.objectNode();
    of.getSchema()
        .getFields()
        .forEach(field -> object.set(field.name(), node(of.get(field.pos()))));
    return object;
  }

  private static ArrayNode array(Collection<?> values) {
    var array = NODES.arrayNode();
    values.forEach(value -> array.add(node(value)));
    return array;
  }

  /** Of any value of a field. */
  static JsonNode node(@Nullable Object value) {
    if (value == null) {
      return NODES.nullNode();
    } else if (value instanceof JsonNode json) {
      return json;
    } else if (value instanceof Optional<?> optional) {
      return optional.map(AvroJson::node).orElse(NODES.nullNode());
    } else if (value instanceof SpecificRecord nested) {
      return object(nested);
    } else if (value instanceof Collection<?> values) {
      return array(values);
    } else if (value instanceof Enum<?> constant) {
      return NODES.textNode(Labels.value(constant));
    } else if (value instanceof Double number) {
      return Double.isFinite(number) ? NODES.numberNode(number) : NODES.nullNode();
    } else if (value instanceof Integer number) {
      return NODES.numberNode(number);
    } else if (value instanceof Long number) {
      return NODES.numberNode(number);
    } else if (value instanceof Boolean flag) {
      return NODES.booleanNode(flag);
    }
    return NODES.textNode(value.toString());
  }
}
