"""What a student fills in."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from grader.harness.programs import Language

# A server of this course has 2 to 5 KiB; a hundred times that is a mistake, such as a wrong file.
PROGRAM_BYTES_MAX = 256 * 1024


class SubmissionForm(forms.Form):
    """A program, written in the page or chosen as a file; a chosen file wins.

    The page says in which language the text is; a file says it by its name, if it says anything.
    """

    program = forms.CharField(
        label="Your server",
        required=False,
        strip=False,
        validators=(),
        widget=forms.Textarea(
            attrs={
                "rows": 28,
                "spellcheck": "false",
                "autocapitalize": "off",
                "autocomplete": "off",
                "wrap": "off",
                "aria-describedby": "program-hint",
                "data-bytes-max": PROGRAM_BYTES_MAX,
            }
        ),
    )
    file = forms.FileField(
        label="Or choose a file",
        required=False,
        allow_empty_file=True,  # Refused below, with a reason that says more.
        widget=forms.FileInput(
            attrs={
                "data-bytes-max": PROGRAM_BYTES_MAX,
            }
        ),
    )

    def __init__(
        self, *args: Any, languages: Sequence[Language] = (Language.PYTHON,), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._languages = languages
        # Django's own check for NUL says neither where the byte is nor what to do.
        self.fields["program"].validators = []
        self.fields["replaces"] = forms.BooleanField(required=False)
        choices = [(one.value, one.label) for one in languages]
        self.fields["language"] = forms.ChoiceField(
            required=False, choices=choices, widget=forms.HiddenInput()
        )
        accepted = [*(one.suffix for one in languages), "text/plain"]
        self.fields["file"].widget.attrs["accept"] = ",".join(accepted)

    def clean_program(self) -> str:
        """Give the text the line ends of a file: forms are sent with CRLF."""
        text: str = self.cleaned_data["program"]
        return text.replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        file: UploadedFile[bytes] | None = self.cleaned_data.get("file")
        field = "file" if file else "program"
        try:
            text = _read(file) if file else self.cleaned_data.get("program", "")
            self.cleaned_data["program"] = _check(text)
            self.cleaned_data["file_name"] = self._language(file).file_name
        except forms.ValidationError as error:
            self.add_error(field, error)
        return self.cleaned_data

    def _language(self, file: "UploadedFile[bytes] | None") -> Language:
        found = Language.of(file.name or "") if file else None
        if found is None:
            return Language(self.cleaned_data.get("language") or self._languages[0])
        if found not in self._languages:
            wanted = " or ".join(f"{one.label} ({one.suffix})" for one in self._languages)
            name = PurePath(file.name).name if file and file.name else ""
            msg = f"{name} is in {found.label}; this exercise takes {wanted}."
            raise forms.ValidationError(msg)
        return found


def _read(file: "UploadedFile[bytes]") -> str:
    if (file.size or 0) > PROGRAM_BYTES_MAX:
        raise _too_large(file.size or 0)
    content: bytes = file.read()
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        msg = (
            f"This file is not UTF-8 text: line {line} has the byte 0x{content[error.start]:02x}, "
            "which does not belong there. Save it as UTF-8 in your editor and choose it again."
        )
        raise forms.ValidationError(msg) from error


def _check(program: str) -> str:
    size = len(program.encode())
    if not program.strip():
        msg = "There is no program here: it is empty. Write or paste one, or choose a file."
        raise forms.ValidationError(msg)
    if size > PROGRAM_BYTES_MAX:
        raise _too_large(size)
    if "\0" in program:
        line = program.count("\n", 0, program.index("\0")) + 1
        msg = f"Line {line} has a NUL byte, which no program has. Remove it; is this a text file?"
        raise forms.ValidationError(msg)
    return program


def _too_large(size: int) -> forms.ValidationError:
    return forms.ValidationError(
        f"This program is too large: it has {size:,} bytes, and at most {PROGRAM_BYTES_MAX:,} "
        "are accepted. Is it the right file?"
    )
