using System.Collections.Immutable;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Security;

/// <summary>The soundness error of one kind of round.</summary>
/// <param name="Round">Which proof and which round.</param>
/// <param name="Formula">The bound on the error, with the numbers of this model.</param>
/// <param name="Bits">−log₂ of it.</param>
/// <param name="Count">How many such rounds there are.</param>
public sealed record SoundnessTerm(string Round, string Formula, double Bits, int Count = 1);

/// <summary>
/// Rule A: the round-by-round soundness of a model's proofs, term by term. Security is the least term (Canetti et al. 2019: a Fiat–Shamir
/// proof of a round-by-round sound protocol is as strong as its weakest round, per query to the hash); the sum is reported beside it.
/// </summary>
/// <param name="Terms">Every round, in order.</param>
public sealed partial record SecurityLedger(ImmutableArray<SoundnessTerm> Terms)
{
    /// <summary>No model is accepted with fewer bits in any round.</summary>
    public const double LeastBits = 100;

    /// <summary>The weakest round.</summary>
    public SoundnessTerm Weakest => Terms.MinBy(t => t.Bits)!;

    /// <summary>Bits of the weakest round.</summary>
    public double SecurityBits => Weakest.Bits;

    /// <summary>−log₂ of the sum of all rounds' errors. No grinding is used anywhere, so this is the ungrinded sum.</summary>
    public double SumBits => -Math.Log2(Terms.Sum(t => t.Count * Math.Pow(2, -t.Bits)));

    static void AddEquality(ImmutableArray<SoundnessTerm>.Builder terms, CommittedGraph model)
    {
        if (!model.Parameters.WeightsHidden) return;
        var code = model.Parameters.Code;
        Add(terms, "equality of roots: proximity of a tensor combination", "n·⌈log₂ rows⌉", (double)code.Length * RowOpening.Variables(model.Registration.Weights.Rows, true), 2);
        AddQueries(terms, "equality of roots: queries", code, code.Cells);
    }

    static void AddRegistration(ImmutableArray<SoundnessTerm>.Builder terms, CommittedGraph model)
    {
        var (registration, code) = (model.Registration, model.Parameters.Code);
        AddLookups(terms, "registration", registration.Depth, registration.Leaves);
        Add(terms, "registration: biases against limbs", "variables", code.LogRowLength + Multilinear.VariablesFor(registration.LimbRows));
        Add(terms, "registration: batching of claims", "variables", Math.Max(1, Multilinear.VariablesFor(registration.WitnessRows)));
        AddOpening(terms, "registration", model.Parameters, model.Parameters.WeightCode, registration.Weights.Rows + registration.WitnessRows, model.RegistrationPads);
    }

    // What is past the last leaf in use is 0/1 for everybody, without a challenge in it.
    static void AddLookups(ImmutableArray<SoundnessTerm>.Builder terms, string proof, int depth, long leaves)
    {
        Add(terms, $"{proof}: lookup fingerprint", "lookups and entries", leaves);
        Add(terms, $"{proof}: fraction layers, batching and descent", "", 1, 2 * depth - 1);
        Add(terms, $"{proof}: fraction layers, sum-check", "degree", 3, depth * (depth - 1) / 2);
    }

    // Columns are counted for the model's code, of which the opened rows' may be a part; what is folded is as long as they are.
    static void AddOpening(ImmutableArray<SoundnessTerm>.Builder terms, string name, CommitmentParameters parameters, RowCode opened, int rows, PadLayout? pads)
    {
        var (code, folding) = (parameters.Code, parameters.Folding);
        double tensor = (double)code.Length * Math.Max(1, RowOpening.Variables(rows, pads is not null));
        Add(terms, $"{name}: proximity of a tensor combination", "n·⌈log₂ rows⌉", tensor);
        Add(terms, $"{name}: proximity on a line, and value", "n + 1", code.Length + 1.0);
        int cells = folding is null ? code.Cells : FoldedRows.CellsOf(code);
        AddQueries(terms, $"{name}: queries", code, cells);
        if (folding is not null) AddFolding(terms, name, folding, FoldedRows.VariablesOf(opened, pads is not null));
        if (pads is null) return;
        Add(terms, $"{name}: batching of products", "", 1);
        Add(terms, $"{name}: products of factors", "degree", 2);
        Add(terms, $"{name}: batching of linear constraints", "", 1);
        Add(terms, $"{name}: proximity of the pads, and their form", "n + 1", code.Length + 1.0);
        AddQueries(terms, $"{name}: queries of the pads", code, folding is null ? pads.Cells : cells);
    }

    // The short schedule's recursion: see FoldedOpening. Coefficients of the opened rows' claims are drawn with the positions of the columns, those of a round's with its own.
    static void AddFolding(ImmutableArray<SoundnessTerm>.Builder terms, string name, FoldingSchedule folding, int variables)
    {
        Add(terms, $"{name}: folding, batching of claims", "", 1, folding.Rounds.Length);
        for (int i = 0; i < folding.Rounds.Length; i++)
        {
            var round = folding.Rounds[i];
            var code = round.Code(variables);
            Add(terms, $"{name}: folding {i + 1}, proximity on a line, and sum-check", "N + 2", code.Length + 2.0, round.LogFold);
            AddQueries(terms, $"{name}: folding {i + 1}, queries", code, code.Cells);
            variables -= round.LogFold;
        }
    }

    static void AddQueries(ImmutableArray<SoundnessTerm>.Builder terms, string name, RowCode code, int cells)
    {
        string queries = $"Π (A − i)/(n − i) over {code.Queries} distinct queries, n = {code.Length}, A = {code.MostAgreementsOf(cells)}";
        terms.Add(new(name, queries, code.QueryBitsOf(cells)));
    }

    static void Add(ImmutableArray<SoundnessTerm>.Builder terms, string round, string what, double numerator, int count = 1) =>
        terms.Add(new(round, $"{what}{(what.Length == 0 ? "" : " = ")}{numerator:F0} / |F|", Goldilocks2.SizeBits - Math.Log2(numerator), count));
}
