package io.topiary.sparsity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonComplaintTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\": NaN}   | Non-standard token 'NaN'",
        "{\"a\": 012}   | Invalid numeric value: Leading zeroes not allowed",
        "{\"a\": /* */} | Unexpected character ('/' (code 47)): maybe a (non-standard) comment?",
        "{\"a\" 1}      | Unexpected character ('1' (code 49)): was expecting a colon to separate"
            + " field name and value",
      })
  void shouldBeForThoseWhoWroteTheText(String json, String complaint) {
    var mapper = new JsonMapper();

    var refused = catchThrowableOfType(JsonProcessingException.class, () -> mapper.readTree(json));

    assertThat(JsonComplaint.of(refused)).isEqualTo(complaint);
  }
}
