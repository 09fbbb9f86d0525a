"""What a student fills in."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

# A server of this course has 2 to 5 KiB; a hundred times that is a mistake, such as a wrong file.
PROGRAM_BYTES_MAX = 256 * 1024


class SubmissionForm(forms.Form):
    """A program, written in the page or chosen as a file; a chosen file wins."""

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
                "accept": ".py,text/x-python,text/plain",
                "data-bytes-max": PROGRAM_BYTES_MAX,
            }
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Django's own check for NUL says neither where the byte is nor what to do.
        self.fields["program"].validators = []

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
        except forms.ValidationError as error:
            self.add_error(field, error)
        return self.cleaned_data


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
        msg = f"Line {line} has a NUL byte, which Python refuses. Remove it; is this a text file?"
        raise forms.ValidationError(msg)
    return program


def _too_large(size: int) -> forms.ValidationError:
    return forms.ValidationError(
        f"This program is too large: it has {size:,} bytes, and at most {PROGRAM_BYTES_MAX:,} "
        "are accepted. Is it the right file?"
    )
