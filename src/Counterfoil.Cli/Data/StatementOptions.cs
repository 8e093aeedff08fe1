using System.CommandLine;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Commitments;
using Counterfoil.Evidence.Predicates;
using DatasetCommitment = Counterfoil.Evidence.Predicates.DatasetCommitment;

namespace Counterfoil.Cli.Data;

/// <summary>What a commitment's statement says beside its roots, and who signs it.</summary>
/// <param name="Name">What people call the data set.</param>
/// <param name="Licence">SPDX expression that the committer claims.</param>
/// <param name="Key">Who signs, or null: nobody.</param>
sealed record StatementChoice(string? Name, string Licence, HomeKey? Key)
{
    /// <summary>Payload digests of the commitments to what it was made from.</summary>
    public ImmutableArray<Sha256Digest> Parents { get; init; } = [];

    /// <summary>Now, in whole seconds: what statements say.</summary>
    public static DateTimeOffset Now
    {
        get
        {
            var now = TimeProvider.System.GetUtcNow();
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        }
    }

    /// <summary>The statement: signed, a DSSE envelope in JSON; else in-toto's JSON, for whoever signs elsewhere.</summary>
    public byte[] Make(CommitmentResult result)
    {
        var predicate = new DatasetCommitment(Name!, result.Canonicaliser.Id, result.Records, result.Bytes, result.OrderedRoot, result.SortedRoot, Licence, Parents, Product.Tool, Now);
        return Key is null ? LinkStatement.Encode(Name!, predicate) : Key.Sign(signer => LinkStatement.Sign(Name!, predicate, signer)).EncodeJson();
    }
}

/// <summary>The options of <see cref="StatementChoice"/>.</summary>
sealed class StatementOptions
{
    readonly Option<string?> name = new("--name") { Description = "What the data set is called in the statement; the path's or folder's own name unless given" };
    readonly Option<string> licence = new("--licence") { Description = "SPDX expression that the statement claims", DefaultValueFactory = _ => "NOASSERTION" };
    readonly KeyOptions key = new();

    public void AddTo(Command command)
    {
        command.Add(name);
        command.Add(licence);
        key.AddTo(command);
    }

    public StatementChoice Read(ParseResult parsed) => new(parsed.GetValue(name), parsed.GetValue(licence)!, key.Read(parsed));
}
