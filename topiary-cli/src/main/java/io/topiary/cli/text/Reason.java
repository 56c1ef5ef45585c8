package io.topiary.cli.text;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Why a file could not be read or written, in words. */
public final class Reason {

  private Reason() {}

  /** A clause to stand after a colon or in brackets, for example {@code permission denied}. */
  public static String of(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file or folder";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "there is a file of that name";
    }
    var said = e instanceof FileSystemException trouble ? trouble.getReason() : e.getMessage();
    return Optional.ofNullable(said).orElse("reading or writing failed");
  }
}
