"""How good the verdicts are: labelled cases, measured, and measured again over disturbed copies of them.

cases reads a folder, quality judges and counts, perturb disturbs, report tells. The cases go through what `incumbent
check` goes through: lists.read_list, lists.read_evidence, verdicts.check_list.
"""
