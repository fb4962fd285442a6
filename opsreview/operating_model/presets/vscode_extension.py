"""An editor extension, after the public practice of VS Code's own team, in our words.

Source: https://github.com/microsoft/vscode/wiki (issue tracking, issue triage, the iteration's
endgame): an inbox tracker sorts new issues within about a working day, an issue that needs
information and gets none is closed after seven days, a build champion keeps builds green, an
endgame champion leads each release from freeze to publication.
"""

from __future__ import annotations

from opsreview.operating_model.draft_lines import Line, ask
from opsreview.operating_model.presets.preset import NEEDS_INFO, Preset, RolePlan

WIKI = "https://github.com/microsoft/vscode/wiki"
_WHY = "preset vscode-extension: "

VSCODE_EXTENSION = Preset(
    name="vscode-extension",
    says=f"after VS Code's own practice ({WIKI}); correct what is not yours.",
    roles=(
        RolePlan(
            "inbox-lead", "triage", "sees that the inbox has a tracker, and stands in for one"
        ),
        RolePlan("build-champion", "merge", "keeps the build and the tests of main green"),
        RolePlan("endgame-champion", "release", "leads a release train from freeze to publication"),
    ),
    duty="cover: business hours,\n"
    '  best_effort: "outside of business hours the inbox waits for the next working day"',
    hotfix="{when: an installed release is broken for users, by: endgame-champion, within: 1 day}",
    levels={
        "rhythm": (
            ask(
                "release.freezes: [{from: ???, to: ???, why: ???}]",
                _WHY + "while a train is tested only hotfixes go out: write your days",
            ),
        ),
        "escalation": (
            Line(
                "- {who: duty, after: 0 min, how: mention in the issue}",
                _WHY + "the inbox tracker on duty is the first to ask",
            ),
            Line(
                "- {who: build-champion, after: 4 h, how: direct message}",
                _WHY + "a broken build or release needs who can repair it",
            ),
        ),
        "promises": (
            Line(
                "- {id: sorted-in-a-day, owner: inbox-lead,\n"
                '  says: "A new issue is sorted within about a working day",'
                ' unchecked: "no metric yet tells when labels make an issue sorted"}',
                _WHY + "the tracker empties the inbox each working day",
            ),
        ),
        "decisions": (
            Line(
                "new-issue: {what: whether a new issue is a bug or a request and who takes it,"
                " trigger: an issue is opened,\n"
                "  decides: duty, handed_to: area-owner, within: 1 day,"
                " recorded_in: labels and assignee, if_nobody: inbox-lead sorts it the next day}",
                _WHY + "the inbox tracker sorts, the area's owner works on it",
            ),
            Line(
                "needs-info: {what: whether an issue can be worked on as it is written,"
                " trigger: a step or version is missing,\n"
                f'  decides: duty, handed_to: duty, within: 1 day, recorded_in: "{NEEDS_INFO}",'
                " if_nobody: it is closed after 7 days without an answer}",
                _WHY + "the author has the next turn, not the team",
            ),
            Line(
                "release-go: {what: go or no-go of a release train,"
                " trigger: the endgame of a train begins, decides: endgame-champion,\n"
                "  consulted: [build-champion, inbox-lead], handed_to: endgame-champion,"
                " within: 1 day,\n"
                "  recorded_in: the train's issue, if_nobody: the train waits for the next slot}",
                _WHY + "one champion a train decides after tests and open defects are seen",
            ),
            Line(
                "hotfix: {what: whether a defect cannot wait for the next train,"
                " trigger: users report a broken release,\n"
                "  decides: endgame-champion, consulted: [build-champion],"
                " handed_to: build-champion, within: 4 h,\n"
                "  recorded_in: the defect's issue, if_nobody: duty takes the release back}",
                _WHY + "updates reach everybody within hours, so does a defect",
            ),
            Line(
                "breaking-change: {what: whether a setting or command may change for users,"
                " trigger: a pull request changes one,\n"
                "  decides: endgame-champion, consulted: [area-owner], handed_to: area-owner,"
                " within: 1 week,\n"
                "  recorded_in: the changelog, if_nobody: the change waits for the next train}",
                _WHY + "settings and commands are what people have in their fingers",
            ),
        ),
        "reviews": (
            Line("approvals: 1", _WHY + "every change is read by another person"),
            Line("self_merge: hotfix", _WHY + "a hotfix may be reviewed after it is out"),
        ),
        "backlog": (
            Line(
                f'needs-info: {{says: "closed after 7 days without the information asked for",'
                f' by: duty, label: "{NEEDS_INFO}", close_after: 7 days}}',
                _WHY + "the inbox shows only what the team can act on",
            ),
        ),
    },
)
