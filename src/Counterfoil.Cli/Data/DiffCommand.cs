using System.CommandLine;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Auditing;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data diff</c>: what is different between two commitments.</summary>
static class DiffCommand
{
    public static Command Create()
    {
        var before = new Argument<string>("before") { Description = "The folder of one commitment" };
        var after = new Argument<string>("after") { Description = "The folder of another" };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON, every difference" };
        var command = new Command("diff", "Names every record that differs between two committed sets") { before, after, json };
        command.SetAction(parsed =>
        {
            using CommittedFolder one = CommittedFolder.Open(parsed.GetValue(before)!), other = CommittedFolder.Open(parsed.GetValue(after)!);
            if (one.Set.Canonicaliser != other.Set.Canonicaliser)
                throw new UsageException($"the sets were made by {one.Set.Canonicaliser} and by {other.Set.Canonicaliser}: no record of the one can be one of the other");
            bool same = one.Set.OrderedRoot == other.Set.OrderedRoot;
            var verdict = same ? Verdict.Accept : Verdict.Reject(DataChecks.Audit, $"ordered root {one.Set.OrderedRoot}", $"{other.Set.OrderedRoot}");
            DifferenceOutput.Write(verdict, same ? [] : Difference.Between(one.Leaves, other.Leaves), parsed.GetValue(json), "before", "after");
            return ExitCode.Of(verdict);
        });
        return command;
    }
}
