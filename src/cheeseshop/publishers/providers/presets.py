# SPDX-License-Identifier: Apache-2.0
"""Templates of build services that many people run, to begin with. ``issuer`` is an example of its address."""

from typing import Any

PRESETS: dict[str, dict[str, Any]] = {
    "forgejo": {
        "name": "Forgejo or Gitea Actions",
        "issuer": "https://git.example.org/api/actions",
        "template": {
            "fields": [
                {"claim": "repository", "label": "Repository", "hint": "owner/name", "match": "any_case"},
                {"name": "workflow", "label": "Workflow", "hint": "The file's path, such as .forgejo/workflows/a.yml"},
                {"claim": "ref", "hint": "Such as refs/tags/*. Recommended.", "required": False, "match": "glob"},
            ],
            "require": [
                {"claim": "workflow_ref", "match": "glob", "value": "{repository}/{workflow}@*"},
                {"claim": "event_name", "match": "not", "value": "pull_request_target"},
            ],
            "show": ["ref", "sha", "event_name", "run_id"],
            "url": "https://git.example.org/{repository}",
        },
    },
    "buildkite": {
        "name": "Buildkite",
        "issuer": "https://agent.buildkite.com",
        "template": {
            "fields": [
                {"claim": "organization_slug", "label": "Organisation"},
                {"claim": "pipeline_slug", "label": "Pipeline"},
                {"claim": "build_branch", "label": "Branch", "required": False, "match": "glob"},
                {"claim": "build_tag", "label": "Tag", "required": False, "match": "glob"},
                {"claim": "step_key", "label": "Step", "required": False},
            ],
            "show": ["build_branch", "build_tag", "build_commit", "build_number", "job_id"],
            "url": "https://buildkite.com/{organization_slug}/{pipeline_slug}",
        },
    },
    "circleci": {
        "name": "CircleCI",
        "issuer": "https://oidc.circleci.com/org/ORGANISATION-ID",
        "template": {
            "fields": [
                {"claim": "oidc.circleci.com/project-id", "label": "Project identifier"},
                {
                    "claim": "oidc.circleci.com/vcs-origin",
                    "label": "Repository",
                    "hint": "Such as github.com/owner/name. Recommended.",
                    "required": False,
                    "match": "any_case",
                },
                {
                    "claim": "oidc.circleci.com/vcs-ref",
                    "label": "Reference",
                    "hint": "Such as refs/tags/*",
                    "required": False,
                    "match": "glob",
                },
            ],
            "require": [{"claim": "oidc.circleci.com/ssh-rerun", "match": "not", "value": "true"}],
            "show": ["oidc.circleci.com/vcs-ref", "oidc.circleci.com/vcs-origin"],
        },
    },
    "jenkins": {
        "name": "Jenkins",
        "issuer": "https://jenkins.example.org/oidc",
        "template": {
            "fields": [{"claim": "sub", "name": "job", "label": "Job", "hint": "The job's whole address."}],
            "show": ["build_number"],
        },
    },
}
