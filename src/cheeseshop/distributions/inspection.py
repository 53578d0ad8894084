# SPDX-License-Identifier: Apache-2.0
"""The whole check of an uploaded file: its name, its archive, its metadata, and how they agree with the form."""

from dataclasses import dataclass
from typing import BinaryIO

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from cheeseshop.distributions.allowances import DEFAULT_ALLOWANCES, Allowances
from cheeseshop.distributions.archive_kind import check_archive_kind
from cheeseshop.distributions.byte_source import ByteSource
from cheeseshop.distributions.contradictions import check_contradictions
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.filenames import ParsedFilename, parse_filename
from cheeseshop.distributions.form import UploadForm
from cheeseshop.distributions.metadata import CoreMetadata, read_core_metadata
from cheeseshop.distributions.sdist_archive import SdistArchive, read_tar_sdist, read_zip_sdist
from cheeseshop.distributions.token_watch import TokenText
from cheeseshop.distributions.wheel import check_wheel_contents, check_wheel_filename, open_wheel, read_metadata


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a sound distribution says of itself.

    `metadata_bytes` is METADATA or PKG-INFO verbatim, and `serve_metadata` tells whether it may be served beside the
    file (PEP 658; of wheels only). `faults` are the rules that an old file breaks, empty unless `legacy` was asked for.
    `tokens` is text that is shaped like an API token: not a fault, but somebody should look.
    """

    filename: ParsedFilename
    metadata: CoreMetadata
    metadata_bytes: bytes
    serve_metadata: bool
    faults: tuple[str, ...]
    tokens: tuple[TokenText, ...] = ()


@dataclass(frozen=True, slots=True)
class _Request:
    source: ByteSource
    filename: str
    form: UploadForm | None
    legacy: bool
    allowances: Allowances

    @property
    def project(self) -> NormalizedName | None:
        return None if self.form is None else canonicalize_name(self.form.name)


def inspect_distribution(
    source: BinaryIO,
    filename: str,
    form: UploadForm | None,
    *,
    legacy: bool = False,
    allowances: Allowances = DEFAULT_ALLOWANCES,
) -> Inspection:
    """Check a wheel or sdist wholly, without unpacking it to disk, and return its metadata.

    `source` is a seekable binary file. Without a form there is nothing to contradict, and the project is the
    artifact's own. With `legacy`, faults of old files in spelling of file names, metadata, licence files, entry points
    and RECORD are returned instead of refused; an unsafe or damaged archive is refused all the same.

    :raises DistributionRefused: with the first rule that is broken.
    """
    request = _Request(ByteSource(source), filename, form, legacy, allowances)
    if filename.endswith(".whl"):
        return _inspect_wheel(request)
    if filename.endswith((".tar.gz", ".zip")):
        return _inspect_sdist(request)
    raise DistributionRefused("Invalid file extension: Use .tar.gz, .whl or .zip extension.", "content")


def _inspect_wheel(request: _Request) -> Inspection:
    check_archive_kind(request.source, is_zip=True)
    parsed = parse_filename(request.filename)
    wheel = open_wheel(request.source, parsed, legacy=request.legacy)
    metadata_bytes = read_metadata(wheel)
    metadata, metadata_faults = read_core_metadata(
        metadata_bytes, "METADATA", legacy=request.legacy, allowances=request.allowances
    )
    name_faults = check_wheel_filename(
        parsed,
        request.project or canonicalize_name(metadata.name),
        legacy=request.legacy,
        allowances=request.allowances,
    )
    _check_version(parsed.version, metadata, request.form)
    if request.form is not None:
        check_contradictions(request.form, metadata)
    content_faults = check_wheel_contents(
        wheel, metadata.license_files, legacy=request.legacy, allowances=request.allowances
    )
    faults = (*name_faults, *metadata_faults, *content_faults)
    return Inspection(parsed, metadata, metadata_bytes, True, faults, tuple(wheel.tokens.found))


def _inspect_sdist(request: _Request) -> Inspection:
    is_zip = request.filename.endswith(".zip")
    check_archive_kind(request.source, is_zip=is_zip)
    archive = read_zip_sdist(request.source) if is_zip else read_tar_sdist(request.source)
    metadata, metadata_faults = read_core_metadata(
        archive.pkg_info, "PKG-INFO", legacy=request.legacy, allowances=request.allowances
    )
    project = request.project or canonicalize_name(metadata.name)
    parsed = parse_filename(request.filename, project)
    faults = [*metadata_faults, *_name_faults(parsed, project, metadata, legacy=request.legacy)]
    _check_version(parsed.version, metadata, request.form)
    if request.form is not None:
        check_contradictions(request.form, metadata)
    hidden = () if request.allowances.hidden_code else archive.hidden_code
    for fault in (*_license_faults(archive, metadata), *(f"{each}." for each in hidden)):
        if not request.legacy:
            raise DistributionRefused(f"Invalid distribution file. {fault}", "content")
        faults.append(fault)
    return Inspection(parsed, metadata, archive.pkg_info, False, tuple(faults), archive.tokens)


def _name_faults(parsed: ParsedFilename, project: NormalizedName, metadata: CoreMetadata, *, legacy: bool) -> list[str]:
    """Check that an sdist is called `<normalised name>-<version>.tar.gz`, as PEP 625 says."""
    stem = project.replace("-", "_")
    if parsed.project != project:
        raise DistributionRefused(f"Start filename for {str(project)!r} with {stem!r}.", "content")
    expected = f"{stem}-{metadata.version}.tar.gz"
    if parsed.filename == expected:
        return []
    fault = f"Filename {parsed.filename!r} should be {expected!r}, see PEP 625."
    if not legacy:
        raise DistributionRefused(fault, "content")
    return [fault]


def _check_version(in_filename: Version, metadata: CoreMetadata, form: UploadForm | None) -> None:
    expected = metadata.version if form is None else form.metadata.version
    if in_filename != expected:
        raise DistributionRefused(
            f"Version in filename should be {str(expected)!r} not {str(in_filename)!r}.", "content"
        )


def _license_faults(archive: SdistArchive, metadata: CoreMetadata) -> list[str]:
    """Name the licence files that PEP 639 wants in an sdist and that are not there."""
    return [
        f"License-File {path!r} does not exist at {archive.top}/{path}."
        for path in metadata.license_files
        if f"{archive.top}/{path}" not in archive.files
    ]
