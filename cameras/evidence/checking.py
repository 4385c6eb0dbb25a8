"""Pages that let others check: a pack against what is known here, the keys, the verifier itself."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import requires
from cameras.evidence import services, verify
from cameras.evidence.forms import CheckForm
from cameras.evidence.models import EvidencePack, StationKey
from cameras.evidence.signing import pem_of
from cameras.evidence.views import actor_of

BAD: dict[str, Promise] = {
    "altered": _("Altered or damaged"),
    "missing": _("Missing"),
    "added": _("Added later"),
    "twice": _("There more than once"),
    "unsafe": _("Unsafe name, do not unpack"),
    "unknown station": _("Signed by an unknown station"),
    "unknown": _("No pack of this station has this manifest"),
    "no pack": _("Neither a pack nor a manifest"),
}


@dataclass(frozen=True)
class Verdict:
    """What was found of a file: `bad` is {file: word}; `pack` is the one of ours that it claims to be."""

    name: str
    bad: Mapping[str, str] = field(default_factory=dict)
    pack: EvidencePack | None = None
    files: int = 0
    fingerprint: str = ""

    @property
    def is_whole(self) -> bool:
        return not self.bad

    @property
    def words(self) -> list[tuple[str, Promise]]:
        return [(name, BAD[what]) for name, what in self.bad.items()]


@requires("evidence.view")
@require_http_methods(["GET", "POST"])
def check_file(request: HttpRequest) -> HttpResponse:
    """Check what somebody brings; the answer of a known pack goes into its chain of custody."""
    form = CheckForm(request.POST or None, request.FILES or None)
    verdict = None
    if request.method == "POST" and form.is_valid():
        verdict = _judged(form.cleaned_data["file"])
        if verdict.pack is not None:
            bad, at = dict(verdict.bad), timezone.now()
            services.note_checked(pack=verdict.pack, actor=actor_of(request), bad=bad, at=at)
    return render(request, "evidence/check.html", {"form": form, "verdict": verdict})


@requires("evidence.view")
@require_GET
def list_keys(request: HttpRequest) -> HttpResponse:
    """The station's keys, the one in use first: what courts compare fingerprints with."""
    keys = [(key, verify.grouped(key.fingerprint)) for key in StationKey.objects.all().newest_first()]
    return render(request, "evidence/keys.html", {"keys": keys})


@requires("evidence.view")
@require_GET
def public_key(request: HttpRequest, pk: int) -> HttpResponse:
    """A public key as a file."""
    key = get_object_or_404(StationKey, pk=pk)
    name = f"ccoc-evidence-{key.fingerprint[:16]}.pem"
    return HttpResponse(
        pem_of(bytes.fromhex(key.public)),
        content_type="application/x-pem-file",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@requires("evidence.view")
@require_GET
def verifier(request: HttpRequest) -> HttpResponse:
    """The verifier as one file, for a computer without this portal."""
    return HttpResponse(
        Path(verify.__file__).read_bytes(),
        content_type="text/x-python; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="verify.py"'},
    )


def _judged(file: "UploadedFile[bytes]") -> Verdict:
    name = file.name or ""
    pack = verify.opened(file)
    if pack is None:
        return _judged_manifest(name, file)
    report = verify.check(pack, set(StationKey.objects.values_list("fingerprint", flat=True)))
    known = EvidencePack.objects.filter(manifest_sha256=report.manifest_sha256).first()
    known = known or EvidencePack.objects.filter(number=(report.manifest or {}).get("pack", "")).first()
    return Verdict(name, report.bad, known, report.files, verify.grouped(report.fingerprint))


def _judged_manifest(name: str, file: "UploadedFile[bytes]") -> Verdict:
    """A manifest alone is whole when we made one like it, to the byte."""
    file.seek(0)
    data = file.read(verify.MAX_MANIFEST_BYTES)
    said = verify.parsed(data)
    if said is None:
        return Verdict(name, {name: "no pack"})
    digest = hashlib.sha256(data).hexdigest()
    pack = EvidencePack.objects.filter(manifest_sha256=digest).select_related("key").first()
    if pack is None or pack.key is None:
        claimed = EvidencePack.objects.filter(number=str(said.get("pack", ""))).first()
        return Verdict(name, {verify.MANIFEST: "altered" if claimed else "unknown"}, claimed)
    return Verdict(name, {}, pack, len(said["files"]), verify.grouped(pack.key.fingerprint))
