using System.Globalization;
using System.Security.Cryptography;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Privacy;
using Counterfoil.Data.Proofs;
using Counterfoil.Data.Records;
using Spectre.Console;

namespace Counterfoil.Cli.Data;

/// <summary>What the commands do where a commitment is salted: leaves that tell nothing without their salts, and an absence tree whose keys tell nothing without the secret of look-ups.</summary>
static class SaltedCommands
{
    public static LookupScheme Scheme(string? name) => name switch
    {
        "blind" => LookupScheme.Voprf,
        "open" => LookupScheme.Vrf,
        _ => throw new UsageException($"'{name}' is no way of looking up", "--lookup blind: the committer does not see what is looked up; --lookup open: the committer does"),
    };

    public static SaltedFolder Open(string folder)
    {
        if (!SaltedFolder.IsOne(folder)) throw new UsageException($"{folder} holds no salted commitment", "\"counterfoil data commit DATA --salted\" makes one");
        SaltedFolder.Open(folder, out var salted).Require();
        return salted!;
    }

    public static async Task<int> CommitAsync(CommitPlan plan, LookupScheme scheme, string output, StatementChoice signing, long start, bool json, CancellationToken cancel)
    {
        SpooledRecords? records;
        SaltedFolder salted;
        using (var progress = new ProgressLines())
        {
            SpooledRecords.Read(plan, out records, progress.Hear, cancel).Require();
            using (records) salted = await SaltedFolder.CreateAsync(output, records!, scheme, RandomNumberGenerator.Fill, cancel);
        }
        CommitAnswer.Show(salted.Set.Result, output, signing, start, json, salted.Set.Tree.Key);
        return ExitCode.Yes;
    }

    /// <summary>The signed statement of a salted set, which must be of its leaves and its tree.</summary>
    public static (Envelope Statement, CommittedSet Set) Statement(SaltedFolder salted, string folder)
    {
        var statement = CommittedFolder.ReadStatement(Path.Combine(folder, CommittedFolder.StatementFile));
        CommittedSet.Read(statement, out var set, out _).Require();
        var result = salted.Set.Result;
        return (result.Canonicaliser, result.Records, result.OrderedRoot, result.SortedRoot) == (set!.Canonicaliser, set.Records, set.OrderedRoot, set.AbsenceRoot)
            ? (statement, set) : throw new UsageException($"the statement in {folder} is of another set than its leaves", "counterfoil data commit writes both");
    }

    /// <summary>Shows that a record is in, with its own salt and no other.</summary>
    public static int Prove(string folder, string what, string output, bool bare, string? saltFile)
    {
        var salted = Open(folder);
        var (statement, set) = Statement(salted, folder);
        if (!long.TryParse(what, NumberStyles.None, CultureInfo.InvariantCulture, out long place))
        {
            salted.Find(InputFile.ReadRecord(what), out var places).Require();
            if (places.Count == 0)
            {
                Terminal.Error($"no leaf of {folder} that has its salt is of the record in {what}");
                Terminal.Hint("counterfoil data absent shows whether it is in, by a look-up; a record's bytes are those of its canonicaliser, without a line's end");
                return ExitCode.No;
            }
            place = places[0];
        }
        if (place >= set.Records) throw new UsageException($"there is no place {place}", $"the set has the places 0 … {set.Records - 1}");
        SaltFile.Open(saltFile ?? salted.SaltsPath, out var opened).Require();
        using var salts = opened!;
        salted.Set.Place(place, salts, out var placement).Require();
        ProofOutput.Write(output, new(set, new Claim.Inclusion(placement!), bare ? null : statement));
        return ExitCode.Yes;
    }

    /// <summary>Shows that a record is not in, by a look-up of the committer's own.</summary>
    public static int Absent(string folder, string record, string output, bool bare)
    {
        var salted = Open(folder);
        var (statement, set) = Statement(salted, folder);
        RequireSecret(salted, folder);
        salted.Answer(set.Leaf(InputFile.ReadRecord(record)), RandomNumberGenerator.Fill, out var claim).Require();
        if (claim is not Claim.Absence)
        {
            Terminal.Error($"the record is in {folder}");
            return ExitCode.No;
        }
        ProofOutput.Write(output, new(set, claim, bare ? null : statement));
        return ExitCode.Yes;
    }

    public static void RequireSecret(SaltedFolder salted, string folder)
    {
        if (!File.Exists(salted.SecretPath)) throw new UsageException($"{folder} has no lookup.key: look-ups are answered where it is kept, and nowhere once it was destroyed");
    }

    /// <summary>Recomputes leaves and tree from the data, the salts and the secret.</summary>
    public static async Task<Verdict> AuditAsync(SaltedFolder salted, CommittedSet stated, string folder, SpooledRecords records, CancellationToken cancel)
    {
        RequireSecret(salted, folder);
        SaltFile.Open(salted.SaltsPath, out var opened).Require();
        using var salts = opened!;
        if (records.Count != stated.Records || records.Count != salts.Count) return Verdict.Reject(DataChecks.Audit, $"{stated.Records} records", $"{records.Count}");
        for (int place = 0; place < salts.Count; place++)
            if (salts.Read(place, out _) is Verdict.Rejected { Reason: var reason } refused)
                return reason.Check == DataChecks.SaltErased ? Verdict.CannotTell(DataChecks.SaltErased, $"the salt of place {place}, which was destroyed") : refused;
        salted.OpenSecret(out var secret).Require();
        using (secret)
        {
            var found = (await KeyedSet.BuildAsync(records, salts, secret!, cancel)).Result;
            return (found.OrderedRoot, found.SortedRoot) == (stated.OrderedRoot, stated.AbsenceRoot) ? Verdict.Accept
                : Verdict.Reject(DataChecks.Audit, $"ordered root {stated.OrderedRoot}, absence root {stated.AbsenceRoot}", $"ordered root {found.OrderedRoot}, absence root {found.SortedRoot}");
        }
    }
}
