using System.Collections.Immutable;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Openings;

namespace Counterfoil.Zk.Security;

public sealed partial record SecurityLedger
{
    internal static SecurityLedger Of(ExecutionPlan plan)
    {
        var (model, layout) = (plan.Model, plan.Layout);
        var terms = ImmutableArray.CreateBuilder<SoundnessTerm>();
        terms.Add(new("both: Keccak-256 collision", "2^128 evaluations", 128));
        AddRegistration(terms, model);

        AddLookups(terms, "execution", layout.Depth, layout.Leaves);
        // τ, κ, the points of output and hidden input, and the batching: a false claim survives with the degree of what they combine. Where something is hidden the batching is a round of its own.
        Add(terms, "execution: demands, output and lookups as one claim", "variables + 2", layout.Variables + plan.OutputVariables + plan.InputVariables + 2);
        if (plan.Tensors.Length > 0) Add(terms, "execution: hidden values beside demands", "", 1);
        if (layout.ProductVariables > 0) Add(terms, "execution: product sum-check", "degree", 2, layout.ProductVariables);
        if (layout.FactorVariables > 0) Add(terms, "execution: factor sum-check", "degree", 2, layout.FactorVariables);
        Add(terms, "execution: factors as one claim", "", 1);
        Add(terms, "execution: parameters beside weights", "", 1);
        Add(terms, "execution: weight sum-check", "degree", 2, model.Hidden.Weights.AddressVariables);
        Add(terms, "execution: values read as one claim", "", 1);
        Add(terms, "execution: cell sum-check", "degree", 3, layout.Variables);
        Add(terms, "execution: combination of columns and blocks", "variables", Math.Max(1, plan.Witness.ColumnVariables));
        Add(terms, "execution: merging of two points", "degree", 2, model.Parameters.Code.LogRowLength);
        // Of the model's code in any case, so that all openings of a root are of one reading.
        AddOpening(terms, "execution", model.Parameters, plan.Code, plan.Rows, plan.Pads);
        AddEquality(terms, model);
        return new SecurityLedger(terms.ToImmutable());
    }

    internal static SecurityLedger Of(TensorOpeningPlan plan)
    {
        var terms = ImmutableArray.CreateBuilder<SoundnessTerm>();
        terms.Add(new("both: Keccak-256 collision", "2^128 evaluations", 128));
        Add(terms, "opening of cells: as one claim", "", 1);
        Add(terms, "opening of cells: sum-check", "degree", 2, plan.Tensor.Code.LogRowLength);
        AddOpening(terms, "opening of cells", plan.Parameters, plan.Tensor.Code, plan.Tensor.Rows, plan.Pads);
        return new SecurityLedger(terms.ToImmutable());
    }
}
