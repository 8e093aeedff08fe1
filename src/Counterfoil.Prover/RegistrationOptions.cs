using System.Security.Cryptography;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Sumchecks;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;

namespace Counterfoil.Prover;

/// <summary>How a model is to be committed.</summary>
public sealed record RegistrationOptions
{
    /// <summary>What its proofs hide: nothing, by default.</summary>
    public PrivacyProfile Profile { get; init; } = PrivacyProfile.PublicWeights;

    /// <summary>Proofs of inference before the weights need a new root, if they are hidden: 64 by default, 1 to 4096.</summary>
    public int Budget { get; init; } = 64;

    /// <summary>
    /// Proofs about one hidden input or output that the code's masks are to hide, up to 4096. 0, the default, makes no room: where weights are public none can then be hidden, and where they are hidden it is left to chance
    /// whether a small model's code holds the few pads more.
    /// </summary>
    public int TensorBudget { get; init; }

    /// <summary>
    /// The most inputs that one proof is to be about: 1 by default, up to <see cref="GraphBatch.MostInputs"/>. A larger batch has more messages to hide, for which the code makes room; where nothing is hidden there are none, and
    /// batches of any size can be proven as far as the limits allow.
    /// </summary>
    public int Batch { get; init; } = 1;

    /// <summary>How openings go: wide by default; short gives shorter proofs that take longer.</summary>
    public Schedule Schedule { get; init; } = Schedule.Wide;

    /// <summary>−log₂ of the code's rate where nothing is hidden and the schedule is wide, 2 (rate 1/4) by default: the short one has rates of its own. A lower rate needs fewer queries and more encoding; 1 to 4.</summary>
    public int LogInverseRate { get; init; } = 2;

    /// <summary>
    /// Bits that the queries of each opening are to reach; what is over 100 leaves room in the sum over all rounds.
    /// </summary>
    public double QueryBits { get; init; } = 102.5;

    /// <summary>
    /// Where the openings of hidden weights and tensors are counted: in memory by default, which is enough only while no secret outlives the process.
    /// </summary>
    public IProofBudget Openings { get; init; } = new MemoryProofBudget();

    /// <summary>Where secrets come from: the system's generator by default. Used by one thread at a time.</summary>
    public RandomNumberGenerator Random { get; init; } = RandomNumberGenerator.Create();

    /// <summary>How many symbols of the weights' codewords are kept at most; tests choose fewer.</summary>
    internal long MostKept { get; init; } = CommittedMatrix.MostKept;

    /// <summary>How many variables a layer of the registration's fractional sum has at most to be held; tests choose fewer.</summary>
    internal int MostHeld { get; init; } = FractionalSumProver.MostHeld;
}
