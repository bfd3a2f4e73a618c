"""What Nest makes of modules: the controllers and providers that they name, each made once with what it asks for.

Source: https://docs.nestjs.com/modules, https://docs.nestjs.com/providers, https://docs.nestjs.com/fundamentals/injection-scopes
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mcplint.programs.noted import Noted
from mcplint.programs.typescript.functions import bound_method, construct
from mcplint.programs.typescript.libraries.strangers import any_may_refuse
from mcplint.programs.typescript.machine import Args, Handler, Machine
from mcplint.programs.typescript.operators import text_of
from mcplint.programs.typescript.values import ARGUMENTS, UNDEFINED, Class, Frame, Function, Object, elements, prop
from mcplint.programs.values import Abstract, External, Sequence, known, unknown

if TYPE_CHECKING:
    from tree_sitter import Node

COMMON = "@nestjs/common:"
VERBS = ("Get", "Post", "Put", "Delete", "Patch", "Options", "Head", "All", "Search", "Sse")
DECORATORS = (*VERBS, "Module", "Controller", "Injectable", "Inject", "Req", "Request", "Res", "Response")
ROUTER = "@nestjs/core:RouterModule"
ADAPTER_HOST = "@nestjs/core:HttpAdapterHost"
HOOKS = ("onModuleInit", "onApplicationBootstrap")
CONSUMER = f"{COMMON}Consumer"
WATCHED: Noted[bool] = Noted("what is put in front of controllers may look at who calls")
CONTAINER: Noted[Any] = Noted("what Nest has made of modules")
PARAMETERS = ("required_parameter", "optional_parameter")


class Container:
    """The controllers and providers of an application. A class because instances are added while they are made.

    `made`: those that are made once, by what they are asked for. `dynamic`: modules that libraries make. `adapter`:
    what `HttpAdapterHost` gives. `moved`: a router module may put controllers elsewhere. `open`: something unknown may
    add routes, or answer before them. `watched`: it may look at who calls.
    """

    def __init__(self, root: Abstract, machine: Machine, adapter: Abstract) -> None:
        self.adapter = adapter
        self.modules: dict[Class, None] = {}
        self.controllers: dict[Class, None] = {}
        self.providers: dict[Any, Abstract] = {}
        self.dynamic: list[Object] = []
        self.moved = self.open = self.watched = False
        self.made: dict[Any, Abstract] = {}
        self.requested: dict[Any, bool] = {}
        self._import(machine, root)

    def start(self, machine: Machine) -> None:
        """Makes everything that is not made anew for each request."""
        for token in (*self.providers, *self.controllers, *self.modules):
            if not self.per_request(machine, token):
                self.find(machine, token)
        consumer = Object(External(CONSUMER), None)
        for module in self.modules:
            made, configure = self.made.get(module, unknown()).only, module.find("configure")
            if isinstance(made, Object) and configure is not None:
                machine.call(known(bound_method(made, configure)), Args((known(consumer),), made.span))
        self.watched = self.watched or bool(WATCHED.of(consumer.table))

    def run_hooks(self, machine: Machine) -> None:
        """Calls what is called once everything is made."""
        for name in HOOKS:
            for value in tuple(self.made.values()):
                made = value.only
                if isinstance(made, Object) and isinstance(made.kind, Class) and (hook := made.kind.find(name)):
                    machine.call(known(bound_method(made, hook)), Args((), made.span))

    def _import(self, machine: Machine, module: Abstract) -> None:
        self.open = self.open or not module.options
        # A module may have a guard for all controllers.
        self.watched = self.watched or any_may_refuse(module)
        for option in module.options or ():
            machine.spend(1)
            if isinstance(option, Class) and option not in self.modules:
                self.modules[option] = None
                self.open = self.open or option.find("configure") is not None or option.library is not None
                for decorator in decorators_of(machine, option.scope, option.node):
                    if decorator.library == f"{COMMON}Module":
                        self._take(machine, _first_argument(decorator))
            elif isinstance(option, Object) and option.library == ROUTER:
                self.moved = True
            elif isinstance(option, Object) and option.kind is None:
                self._import(machine, prop(option_value := known(option), "module"))
                self._take(machine, option_value)
            elif isinstance(option, Object):
                self.dynamic.append(option)
            elif option not in self.modules:
                self.open = True

    def _take(self, machine: Machine, metadata: Abstract) -> None:
        """Takes in what a module names."""
        for value in self._module_list(metadata, "imports"):
            self._import(machine, value)
        for value in self._module_list(metadata, "controllers"):
            self.open = self.open or not isinstance(value.only, Class)
            if isinstance(value.only, Class):
                self.controllers[value.only] = None
        for value in elements(prop(metadata, "providers")) or ():
            token = _token(value if isinstance(value.only, Class) else prop(value, "provide"))
            if token is not None:
                # What is provided twice under one name is one of both, depending on who asks.
                self.providers[token] = unknown() if token in self.providers and token != value.only else value

    def _module_list(self, metadata: Abstract, name: str) -> tuple[Abstract, ...]:
        listed_value = prop(metadata, name)
        found = elements(listed_value)
        self.open = self.open or (found is None and listed_value.only is not UNDEFINED)
        self.watched = self.watched or (found is None and listed_value.only is not UNDEFINED)
        return found or ()

    def find(self, machine: Machine, token: Any, request: dict[Any, Abstract] | None = None) -> Abstract:
        """What stands for a name or a class; `request`: what is made for one request only."""
        if token == External(ADAPTER_HOST):
            return known(Object(None, None, {"httpAdapter": self.adapter}))
        once = self.made if request is None or not self.per_request(machine, token) else request
        if token not in once:
            once[token] = unknown()
            once[token] = self._make(machine, token, request)
        return once[token]

    def _make(self, machine: Machine, token: Any, request: dict[Any, Abstract] | None) -> Abstract:
        if token in self.controllers or token in self.modules:
            return self._instance(machine, token, request)
        provider = self.providers.get(token, unknown())
        if isinstance(provider.only, Class):
            return self._instance(machine, provider.only, request)
        if not isinstance(provider.only, Object):
            return unknown(*provider.trace)
        names = provider.only.table
        if "useValue" in names:
            return prop(provider, "useValue")
        if isinstance(owner := prop(provider, "useClass").only, Class):
            return self._instance(machine, owner, request)
        if "useExisting" in names:
            return self.find(machine, _token(prop(provider, "useExisting")), request)
        if "useFactory" in names:
            wanted = elements(prop(provider, "inject", known(Sequence("list", ()))))
            if wanted is None:
                return unknown()
            given = tuple(self.find(machine, _token(each), request) for each in wanted)
            return machine.call(prop(provider, "useFactory"), Args(given, provider.only.span))
        return unknown()

    def _instance(self, machine: Machine, owner: Class, request: dict[Any, Abstract] | None) -> Abstract:
        span = owner.scope.package.fact.span(owner.node.child_by_field_name("name") or owner.node)
        given = tuple(self.find(machine, token, request) for token in _constructor_tokens(machine, owner))
        made = construct(machine, owner, Args(given, span))
        for name, token in _injected_fields(machine, owner):
            if isinstance(made.only, Object):
                machine.put(made.only.table, name, self.find(machine, token, request))
        return made

    def per_request(self, machine: Machine, token: Any) -> bool:
        """Whether something is made for each request: it says so, or asks for what is."""
        if token not in self.requested:
            self.requested[token] = False
            owner = self.providers[token].only if token in self.providers else token
            own = isinstance(owner, Class) and any(map(_is_scoped, decorators_of(machine, owner.scope, owner.node)))
            needs = self._needs(machine, owner)
            self.requested[token] = own or any(self.per_request(machine, each) for each in needs)
        return self.requested[token]

    def _needs(self, machine: Machine, owner: Any) -> list[Any]:
        """What a class or a provider asks for."""
        if isinstance(owner, Class):
            return [*_constructor_tokens(machine, owner), *(token for _, token in _injected_fields(machine, owner))]
        given = known(owner)
        if not isinstance(owner, Object):
            return []
        named = prop(given, "useClass", prop(given, "useExisting"))
        return [_token(named), *map(_token, elements(prop(given, "inject")) or ())]


def _is_scoped(decorator: Object) -> bool:
    scope = prop(_first_argument(decorator), "scope") if decorator.library != f"{COMMON}Module" else known(UNDEFINED)
    plain = scope.options in ((UNDEFINED,), (External(f"{COMMON}Scope.DEFAULT"),))
    return not plain and isinstance(_first_argument(decorator).only, Object)


def _first_argument(decorator: Object) -> Abstract:
    args: Args = decorator.table[ARGUMENTS][0]
    return args.get(0)


def _token(value: Abstract) -> Any:
    """What something is asked for by: a class, or a text; None for what nobody knows."""
    only = value.only
    if isinstance(only, Object) and only.kind is None:
        return _token(prop(value, "token"))
    return only if isinstance(only, (Class, str, External)) else None


def _constructor_tokens(machine: Machine, owner: Class) -> list[Any]:
    """What the constructor of a class asks for, in order."""
    constructor = owner.find("constructor")
    if constructor is None:
        return []
    return [_injection_token(machine, constructor.scope, node) for node in parameters(constructor)]


def _injection_token(machine: Machine, scope: Frame, node: Node) -> Any:
    """What a parameter or a field is given: what it says, or else its type."""
    found = [each for each in decorators_of(machine, scope, node) if each.library == f"{COMMON}Inject"]
    if found and _first_argument(found[0]).only is not UNDEFINED:
        return _token(_first_argument(found[0]))
    written = node.child_by_field_name("type")
    kinds = written.named_children if written is not None else []
    if not kinds or kinds[0].type != "type_identifier":
        return None
    return _token(machine.tables.evaluators["identifier"](machine, scope, kinds[0]))


def _injected_fields(machine: Machine, owner: Class) -> Iterator[tuple[str, Any]]:
    """The injected fields of a class, each with its token."""
    for each in owner.lineage():
        body = each.node.child_by_field_name("body")
        for member in body.named_children if body is not None else ():
            name = member.child_by_field_name("name") or member.child_by_field_name("property")
            if member.type in ("public_field_definition", "field_definition") and name is not None:
                decorators = decorators_of(machine, each.scope, member)
                if any(decorator.library == f"{COMMON}Inject" for decorator in decorators):
                    yield text_of(name), _injection_token(machine, each.scope, member)


def parameters(function: Function) -> list[Node]:
    """The parameters of a function, without comments."""
    given = function.node.child_by_field_name("parameters")
    return [node for node in given.named_children if node.type in PARAMETERS] if given is not None else []


def _decorators(node: Node) -> list[Node]:
    """What is written before a class, a method, a field or a parameter."""
    nodes = [child for child in node.children if child.type == "decorator"]
    if node.parent is not None and node.parent.type == "export_statement":
        nodes += [child for child in node.parent.children if child.type == "decorator"]
    before = node.prev_named_sibling if node.type == "method_definition" else None
    while before is not None and before.type in ("decorator", "comment"):
        if before.type == "decorator":
            nodes.append(before)
        before = before.prev_named_sibling
    return [each.named_children[0] for each in nodes]


def is_watched(machine: Machine, scope: Frame, node: Node) -> bool:
    """Whether a decorator of a package that is not known may put a guard in front of what it decorates."""
    called = (each.child_by_field_name("function") or each for each in _decorators(node))
    return any(any_may_refuse(machine.evaluate(scope, each)) for each in called)


def decorators_of(machine: Machine, scope: Frame, node: Node) -> list[Object]:
    """The decorators of Nest that a class, a method, a field or a parameter has, as far as they are known."""
    found: list[Object] = []
    for each in _decorators(node):
        value = machine.evaluate(scope, each)
        for item in elements(value) or (value,):
            only = item.only
            if isinstance(only, Object) and (only.library or "").startswith(COMMON) and ARGUMENTS in only.table:
                found.append(only)
    return found


def decorator(machine: Machine, args: Args, owner: Any, name: str) -> Abstract:
    """A decorator of Nest with what it is told."""
    return known(Object(External(f"{COMMON}{name}"), args.span, {ARGUMENTS: (args,)}))


def combine_decorators(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`applyDecorators(…)`: several decorators in one."""
    return known(Sequence("list", args.positional))


def forward_ref(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`forwardRef(() => X)`."""
    return machine.call(args.get(0), Args((), args.span))


def apply_middleware(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`consumer.apply(…middleware)`."""
    if any(map(any_may_refuse, args.positional)) or args.open:
        WATCHED.add(machine, owner.table, True)
    return known(owner)


def _return_owner(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(owner)


def router(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`RouterModule.register([{path, module}])`."""
    return known(Object(External(ROUTER), args.span))


def _decorator_handler(name: str) -> Handler:
    return lambda machine, args, owner: decorator(machine, args, owner, name)


CALLS: Mapping[str, Handler] = {
    **{f"{COMMON}{name}": _decorator_handler(name) for name in DECORATORS},
    f"{CONSUMER}.apply": apply_middleware,
    **dict.fromkeys((f"{CONSUMER}.exclude", f"{CONSUMER}.forRoutes"), _return_owner),
    f"{COMMON}applyDecorators": combine_decorators,
    f"{COMMON}forwardRef": forward_ref,
    **{f"{ROUTER}.{name}": router for name in ("register", "forRoot", "forChild")},
}
