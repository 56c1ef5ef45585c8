package io.topiary.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;

class CanonicalFormTest {

  /** A record whose schema is given at run time: the same record before and after it grew. */
  private static SpecificRecord record(String fields, Object... values) {
    var schema =
        new Schema.Parser()
            .parse("{\"type\":\"record\",\"name\":\"Grown\",\"fields\":[" + fields + "]}");
    return new SpecificRecordBase() {
      @Override
      public Schema getSchema() {
        return schema;
      }

      @Override
      public Object get(int field) {
        return values[field];
      }

      @Override
      public void put(int field, Object value) {
        throw new UnsupportedOperationException();
      }
    };
  }

  private static final String EPOCHS = "{\"name\":\"epochs\",\"type\":\"double\"}";
  private static final String PHASES = "{\"name\":\"alpha\",\"type\":\"int\",\"default\":1}";

  @Test
  void shouldStayTheSameWhenTheSchemaGrowsByADefault() {
    assertThat(CanonicalForm.of(record(PHASES + "," + EPOCHS, 1, 2.5)))
        .isEqualTo(CanonicalForm.of(record(EPOCHS, 2.5)));
  }

  @Test
  void shouldTellANewFieldThatIsUsedFromOneThatIsNot() {
    assertThat(CanonicalForm.of(record(PHASES + "," + EPOCHS, 2, 2.5)))
        .isNotEqualTo(CanonicalForm.of(record(EPOCHS, 2.5)));
  }

  @Test
  void shouldNotDependOnTheOrderOfFields() {
    assertThat(CanonicalForm.of(record(PHASES + "," + EPOCHS, 2, 2.5)))
        .isEqualTo(CanonicalForm.of(record(EPOCHS + "," + PHASES, 2.5, 2)));
  }

  @Test
  void shouldTellTwoShortListsFromOneLong() {
    var lists =
        "{\"name\":\"a\",\"type\":{\"type\":\"array\",\"items\":\"int\"}},"
            + "{\"name\":\"b\",\"type\":{\"type\":\"array\",\"items\":\"int\"}}";

    assertThat(CanonicalForm.of(record(lists, List.of(1, 2), List.of(3))))
        .isNotEqualTo(CanonicalForm.of(record(lists, List.of(1), List.of(2, 3))));
  }

  @Test
  void shouldWriteAllOfARealRecord() {
    assertThat(CanonicalForm.of(Samples.recipe(1))).hasSizeGreaterThan(200);
    assertThat(GenericData.get().validate(Recipe.getClassSchema(), Samples.recipe(1))).isTrue();
  }
}
