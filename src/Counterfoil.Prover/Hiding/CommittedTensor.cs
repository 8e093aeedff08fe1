using System.Security.Cryptography;
using Counterfoil.Core.Verdicts;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Hiding;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Prover;

/// <summary>A hidden input or output with its secret: the cells, and the seed that masks and salts under <see cref="Commitment"/> come from. Safe for concurrent use.</summary>
/// <remarks>
/// Who has this has the cells: the prover, who runs the model on them, and whoever is given the seed. Every proof opens columns of it, so it has an account of openings, as weights have; one account a root,
/// wherever proofs are made. To open the tensor towards somebody is to hand over cells and seed: <see cref="TryReopen"/> makes the same root of them, and nothing else does.
/// </remarks>
public sealed partial class CommittedTensor : IDisposable
{
    readonly long[] cells;
    readonly byte[] seed;

    internal CommittedTensor(ReadOnlySpan<long> cells, RowCode code, ReadOnlySpan<byte> seed, IProofBudget openings)
        : this(cells, Array.ConvertAll(cells.ToArray(), Goldilocks.FromInteger), code, seed, openings) { }

    internal CommittedTensor(ReadOnlySpan<long> cells, Goldilocks[] elements, RowCode code, ReadOnlySpan<byte> seed, IProofBudget openings)
    {
        (this.cells, this.seed, Openings) = (cells.ToArray(), seed.ToArray(), openings);
        using var secrets = new SecretStream(seed);
        Matrix = new CommittedMatrix(new FieldMatrix(elements, code.RowLength), code, secrets);
        Commitment = new TensorCommitment(Matrix.Root, elements.Length, code);
    }

    /// <summary>What stands for it in statements.</summary>
    public TensorCommitment Commitment { get; }

    /// <summary>The cells.</summary>
    public ReadOnlyMemory<long> Cells => cells;

    internal CommittedMatrix Matrix { get; }

    internal IProofBudget Openings { get; }

    /// <summary>Commits to a tensor, with a seed of its own, and starts its account.</summary>
    /// <param name="cells">The cells: an input of the model, or an output.</param>
    /// <param name="model">A model in whose code it is committed; it can be opened under every model of that code.</param>
    /// <param name="budget">Proofs about it, at least 1.</param>
    /// <param name="options">Where openings are counted and the seed comes from; null for the defaults.</param>
    /// <param name="tensor">The tensor, if the verdict accepts: the masks of the model's code hide so many proofs.</param>
    public static Verdict TryCommit(ReadOnlySpan<long> cells, CommittedGraph model, int budget, RegistrationOptions? options, out CommittedTensor? tensor)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (cells.IsEmpty) throw new ArgumentException("a tensor has at least one cell", nameof(cells));
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, 1);
        tensor = null;
        options ??= new RegistrationOptions();
        var code = model.Parameters.Code;
        if (budget > code.Masks / code.Queries) return Verdict.Reject(ZkChecks.Hidden, $"a model whose code has masks for {budget} proofs about a hidden tensor", $"{code.Masks / code.Queries}");
        Span<byte> seed = stackalloc byte[SecretStream.SeedSize];
        lock (options.Random) options.Random.GetBytes(seed);
        tensor = new CommittedTensor(cells, code, seed, options.Openings);
        CryptographicOperations.ZeroMemory(seed);
        options.Openings.Create(tensor.Commitment.Root, budget, equality: false);
        return Verdict.Accept;
    }

    /// <summary>Takes a tensor up again from its cells and its seed: for a prover who was given them, and for everybody towards whom it is opened. Starts no account.</summary>
    /// <param name="commitment">What it must be committed to by.</param>
    /// <param name="cells">The cells.</param>
    /// <param name="seed">What <see cref="ExportSeed"/> gave.</param>
    /// <param name="options">Where openings are counted, if proofs are to be made; null for the defaults.</param>
    /// <param name="tensor">The tensor, if these are the cells under the root.</param>
    public static Verdict TryReopen(TensorCommitment commitment, ReadOnlySpan<long> cells, ReadOnlySpan<byte> seed, RegistrationOptions? options, out CommittedTensor? tensor)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        tensor = null;
        var verdict = TensorCommitment.Decode(commitment.Encode(), out _);
        if (!verdict.IsAccepted) return verdict;
        if (cells.Length != commitment.Length) return Verdict.Reject(ZkChecks.Hidden, $"{commitment.Length} cells", $"{cells.Length}");
        if (seed.Length != SecretStream.SeedSize) return Verdict.Reject(ZkChecks.Hidden, $"a seed of {SecretStream.SeedSize} bytes", $"{seed.Length}");
        if (commitment.Code.Cells > commitment.Code.Length) return Verdict.Reject(ZkChecks.Hidden, $"rows of at most {commitment.Code.Length} cells", $"{commitment.Code.Cells}");
        var candidate = new CommittedTensor(cells, commitment.Code, seed, (options ?? new RegistrationOptions()).Openings);
        if (candidate.Commitment != commitment) return Verdict.Reject(ZkChecks.Path, $"cells and a seed that give {commitment.Root}", $"{candidate.Commitment.Root}");
        tensor = candidate;
        return Verdict.Accept;
    }

    /// <summary>The seed, a copy. Whoever has it and the commitment's openings, or the cells, can show what the tensor is.</summary>
    public byte[] ExportSeed() => (byte[])seed.Clone();

    /// <summary>Zeroes seed and cells.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(seed);
        Array.Clear(cells);
    }
}
