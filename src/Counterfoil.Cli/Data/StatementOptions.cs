using System.CommandLine;
using System.Security.Cryptography;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Signing;
using Counterfoil.Data.Commitments;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Home;
using DatasetCommitment = Counterfoil.Evidence.Predicates.DatasetCommitment;

namespace Counterfoil.Cli.Data;

/// <summary>What a commitment's statement says beside its roots, and who signs it.</summary>
/// <param name="Name">What people call the data set.</param>
/// <param name="Licence">SPDX expression that the committer claims.</param>
/// <param name="Key">The name of a key of the home, or null: nobody signs.</param>
/// <param name="Home">The home's folder.</param>
sealed record StatementChoice(string? Name, string Licence, string? Key, string Home)
{
    /// <summary>The statement: signed, a DSSE envelope in JSON; else in-toto's JSON, for whoever signs elsewhere.</summary>
    public byte[] Make(CommitmentResult result)
    {
        var now = TimeProvider.System.GetUtcNow();
        var predicate = new DatasetCommitment(
            Name!, result.Canonicaliser.Id, result.Records, result.Bytes, result.OrderedRoot, result.SortedRoot, Licence, [], Product.Tool, now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)));
        if (Key is null) return LinkStatement.Encode(Name!, predicate);
        return SignAtHome(Home, Key, "counterfoil data commit", signer => LinkStatement.Sign(Name!, predicate, signer));
    }

    /// <summary>An envelope signed by a key of a home, which is made where there is none.</summary>
    public static byte[] SignAtHome(string path, string key, string command, Func<Signer, Envelope> sign)
    {
        HomeFolder.OpenToWrite(path, command, TimeProvider.System, [KeyStore.Schema], out var opened).Require();
        using var home = opened!;
        KeyStore.Open(home, Environment.GetEnvironmentVariable("COUNTERFOIL_PASSPHRASE"), RandomNumberGenerator.Create(), out var store).Require();
        using var keys = store!;
        keys.OpenOrCreateSigner(key, SignatureAlgorithm.Ed25519, out var signer).Require();
        using (signer) return sign(signer!).EncodeJson();
    }
}

/// <summary>The options of <see cref="StatementChoice"/>.</summary>
sealed class StatementOptions
{
    readonly Option<string?> name = new("--name") { Description = "What the data set is called in the statement; the path's or folder's own name unless given" };
    readonly Option<string> licence = new("--licence") { Description = "SPDX expression that the statement claims", DefaultValueFactory = _ => "NOASSERTION" };
    readonly Option<string?> key = new("--key") { Description = "Signs the statement with this key of the home, which is made where there is none; unsigned unless given" };
    readonly Option<string> home = new("--home") { Description = "The folder of keys", DefaultValueFactory = _ => HomeFolder.DefaultPath };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[name, licence, key, home]) command.Add(option);
    }

    public StatementChoice Read(ParseResult parsed) => new(parsed.GetValue(name), parsed.GetValue(licence)!, parsed.GetValue(key), parsed.GetValue(home)!);
}
