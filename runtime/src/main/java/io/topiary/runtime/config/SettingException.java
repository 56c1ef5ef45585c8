package io.topiary.runtime.config;

import io.topiary.runtime.StartException;

/**
 * A setting is missing, unknown or wrong; the sentence names it, its value and what would be right.
 */
public final class SettingException extends StartException {

  private static final long serialVersionUID = 1L;

  public SettingException(String sentence) {
    super(sentence);
  }

  SettingException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
